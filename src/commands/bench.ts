/** `certctl bench`: what this machine does; prints a table and JSON. */
import { UsageError } from "./usage.ts";

export async function bench(_argv: readonly string[]): Promise<number> {
  throw new UsageError("bench is not built yet");
}
