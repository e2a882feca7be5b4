/** A mistake in how a command was called: exit status 2. */
export class UsageError extends Error {
  /** The command whose help explains it: `certs list`. */
  readonly about: string;

  constructor(message: string, about = "") {
    super(message);
    this.name = "UsageError";
    this.about = about;
  }
}
