/** One setting as a row: its key, how its text is read, what it is when nobody sets it, and what it is for. */
import type { Secret } from "#base/secret.ts";
import type { TextSchema } from "./text.ts";

export interface Setting {
  /** The environment variable. The flag is `--server-port`, the key of the file `server_port`. */
  readonly key: `CERTCTL_${string}`;
  /** The name in `Config`. */
  readonly property: string;
  readonly schema: TextSchema<unknown>;
  /** Text that `schema` reads; undefined leaves the property undefined. */
  readonly default: string | undefined;
  /** Never printed, no flag (other users see a process's arguments), and may come as a systemd credential. */
  readonly secret?: true;
  readonly summary: string;
  /** When a change counts: at the next start; at SIGHUP too; or only while the data directory is new. */
  readonly effect: "restart" | "reload" | "first start";
}

/** A setting with what it is now. */
export interface ShownSetting {
  readonly key: string;
  /** Text; null where nothing is set, and of a secret. */
  readonly value: string | null;
  readonly isSet: boolean;
  readonly isSecret: boolean;
  /** `environment`, `default`, a file. */
  readonly source: string;
  readonly summary: string;
  readonly effect: Setting["effect"];
}

type Read<S extends Setting> = S["schema"] extends TextSchema<infer T> ? T : never;
type Kept<S extends Setting> = S extends { readonly secret: true } ? Secret<Read<S>> : Read<S>;
type Valued<S extends Setting> = S["default"] extends string ? Kept<S> : Kept<S> | undefined;

/** The object that a table of settings is read into. */
export type Values<Row extends Setting> = {
  readonly [S in Row as S["property"]]: Valued<S>;
};

/** `CERTCTL_SERVER_PORT` → `server_port`. */
export const fileKeyOf = (key: string): string => key.replace(/^CERTCTL_/, "").toLowerCase();

/** `server_port` → `CERTCTL_SERVER_PORT`. */
export const keyOfFile = (fileKey: string): string => `CERTCTL_${fileKey.toUpperCase()}`;

/** `CERTCTL_SERVER_PORT` → `--server-port`. */
export const flagOf = (key: string): string => `--${fileKeyOf(key).replaceAll("_", "-")}`;
