/** What the agent says of its machine. */
import { arch, hostname, networkInterfaces, platform } from "node:os";
import { targets } from "#connectors/targets/index.ts";
import manifest from "../package.json" with { type: "json" };

export const agentVersion: string = manifest.version;

/** Names as the reference has them. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

export function machineInfo() {
  const own = arch();
  return {
    hostname: hostname(),
    os: platform(),
    architecture: architectures[own] ?? own,
    ipAddress: firstAddress(),
    version: agentVersion,
    capabilities: targets.map((it) => it.kind),
  };
}

function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
  const outward = all.filter((it) => !it.internal);
  const chosen = outward.find((it) => it.family === "IPv4") ?? outward[0] ?? all[0];
  return chosen?.address ?? "";
}
