/** All settings, and the type of the configuration that they are read into. */
import { accessSettings } from "./access-settings.ts";
import { issuerSettings } from "./issuer-settings.ts";
import { serverSettings } from "./server-settings.ts";
import type { ShownSetting, Values } from "./setting.ts";
import { workSettings } from "./work-settings.ts";

export const rows = [
  ...serverSettings,
  ...accessSettings,
  ...issuerSettings,
  ...workSettings,
] as const;

/** Optional settings are undefined when nobody sets them; secrets are wrapped. */
export type Config = Values<(typeof rows)[number]> & {
  /** Every setting as people read it. */
  readonly shown: readonly ShownSetting[];
};
