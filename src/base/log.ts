/** What code may say to the log: an event in words and fields. Who writes it is composed in `src/compose.ts`. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** Says nothing; for tests and one-shot tools. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
