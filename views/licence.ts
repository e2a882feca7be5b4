/** What somebody else wrote and is inside of an executable. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  /** SPDX, where the package says so. */
  readonly licence: string;
  /** The executables it is inside of. */
  readonly inside: readonly string[];
  /** Empty: it came without one. */
  readonly text: string;
}
