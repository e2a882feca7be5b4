/** A typed client for any api: the CLI, the agent and tests call a server through it. */
import { z } from "zod";
import type { Api, Contract, Output } from "./contract.ts";
import { CallFailure, type CallOptions, type Connection, exchange } from "./exchange.ts";
import { fromWire, toWire, wirePath } from "./wire.ts";

/** The operation waits for somebody's approval; the job tells how it goes on. */
export class Deferred extends Error {
  readonly jobId: string;

  constructor(jobId: string) {
    super(`waits for approval as job ${jobId}`);
    this.name = "Deferred";
    this.jobId = jobId;
  }
}

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** `Out`, where the keys that `In` may leave out may be left out. */
type Lenient<In, Out> = {
  readonly [K in Exclude<keyof Out, OptionalKeys<In>>]: Out[K];
} & {
  readonly [K in Extract<keyof Out, OptionalKeys<In>>]?: Out[K] | undefined;
};

/** The input in code's shape (instants as milliseconds); what has a default may be left out. */
export type CallInput<C extends Contract> = Lenient<z.input<C["input"]>, z.output<C["input"]>>;

export type Client<A extends Api> = {
  readonly [K in keyof A]: (input: CallInput<A[K]>, options?: CallOptions) => Promise<Output<A[K]>>;
};

/** Every operation of `api` as a function. Throws `Problem`, `CallFailure`, `Deferred`, or the signal's reason. */
export function client<A extends Api>(api: A, connection: Connection): Client<A> {
  const calls = Object.entries(api).map(([key, contract]) => [
    key,
    (input: Record<string, unknown>, options?: CallOptions) =>
      call(connection, contract, input, options),
  ]);
  // Same keys as A, each with its contract's input and output: `call` has exactly these types.
  return Object.fromEntries(calls) as Client<A>;
}

/** Calls one operation with input in code's shape and decodes its output. */
export async function call<C extends Contract>(
  connection: Connection,
  contract: C,
  input: CallInput<C>,
  options: CallOptions = {},
): Promise<Output<C>> {
  const reply = await exchange(connection, contract, toWire(contract.input, input), options);
  // A stream's output type is ByteStream; a schema's parse gives its output type.
  if (reply.stream) return reply.stream as Output<C>;
  const decoded = contract.output.safeParse(fromWire(contract.output, reply.body));
  if (decoded.success) return decoded.data as Output<C>;
  const jobId = jobIdIn(reply.body);
  if (reply.status === 202 && jobId !== undefined) throw new Deferred(jobId);
  const issue = decoded.error.issues[0];
  throw new CallFailure(
    "unintelligible",
    `the answer of ${contract.name} is not as declared: ${wirePath(issue?.path ?? [])} ${issue?.message ?? ""}`,
    { status: reply.status, requestId: reply.requestId, cause: decoded.error },
  );
}

function jobIdIn(body: unknown): string | undefined {
  const parsed = z.object({ job_id: z.string() }).safeParse(body);
  return parsed.success ? parsed.data.job_id : undefined;
}
