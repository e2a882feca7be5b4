/** What was built: the version of package.json, and the commit that `appliance/build.ts` defines at compile time. */
import manifest from "../package.json" with { type: "json" };

declare const CERTCTL_COMMIT: string | undefined;
declare const CERTCTL_BUILD_TIME: string | undefined;

export const build = {
  version: manifest.version,
  commit: typeof CERTCTL_COMMIT === "string" ? CERTCTL_COMMIT : "source",
  modified: typeof CERTCTL_COMMIT !== "string",
  buildTime: typeof CERTCTL_BUILD_TIME === "string" ? CERTCTL_BUILD_TIME : "unknown",
  runtime: `bun ${Bun.version}`,
} as const;
