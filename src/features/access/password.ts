/** Passwords: argon2id with the runtime's defaults, a few at a time because each verification takes tens of megabytes. */
import { Problem } from "#base/problem.ts";

const atOnce = 4;
const waitingAtMost = 32;
let busy = 0;
const waiting: (() => void)[] = [];

export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => Bun.password.hash(password, { algorithm: "argon2id" }));

/** An unknown user costs as much as a wrong password: names cannot be guessed by timing. */
export const verifyPassword = (password: string, hash: string | undefined): Promise<boolean> =>
  inTurn(async () => {
    const right = await Bun.password.verify(password, hash ?? nobody);
    return right && hash !== undefined;
  });

/** The hash of a random value that nobody knows. */
const nobody =
  "$argon2id$v=19$m=65536,t=2,p=1$W0m9b2vYqJm8m2kq1e3t0JQv3mS9cXq0b1Jx5oYt7uA$1l3mQhZb0JH6b9tJ0oQnW7Jw2m1pZ5uM8c0vXr4yKtE";

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (busy >= atOnce) {
    if (waiting.length >= waitingAtMost) {
      throw new Problem("too-many-requests", "too many sign-ins at once; try again in a moment");
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  busy++;
  try {
    return await work();
  } finally {
    busy--;
    waiting.shift()?.();
  }
}
