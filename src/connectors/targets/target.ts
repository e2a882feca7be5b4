/** The contract of a deployment target: one module per kind, written against `Host` alone. */
import type { z } from "zod";
import { Problem } from "#base/problem.ts";
import { check } from "#base/rule.ts";
import type { Secret } from "#base/secret.ts";
import type { Milliseconds } from "#base/time.ts";
import type { Endpoint, Host } from "../host.ts";

/** What is deployed. PEM texts; the chain is what a client needs beside the leaf, in order, and may be empty. */
export interface Bundle {
  readonly certificatePem: string;
  readonly chainPem: string;
  readonly privateKeyPem: Secret;
}

export const capabilities = ["dry-run", "rollback", "staged-test", "verify", "hot-update"] as const;
/** What shared code may ask about a kind instead of its name. */
export type Capability = (typeof capabilities)[number];

/** How the result of a deployment is judged. */
export interface Judgement {
  /** Where the new leaf must be seen. Empty: nothing can be seen. */
  readonly endpoints: readonly Endpoint[];
  /** How long after the reload the new leaf may take to appear. */
  readonly patience: Milliseconds;
  /** What to do when the new leaf is not seen and the old one was not seen either. */
  readonly onUnseen: "keep" | "rollback";
  /** How many backups of each file stay after a success. */
  readonly backups: number;
}

/** One finding of a connection test. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The light half of a kind: all that forms, contracts and lists need, without the code. */
export interface TargetKind<Schema extends z.ZodType = z.ZodType> {
  /** The seeds' type name, such as `NGINX`. */
  readonly kind: string;
  readonly title: string;
  readonly runsOn: "agent";
  readonly capabilities: readonly Capability[];
  readonly config: Schema;
  /** What the agent does when it deploys, step by step, in words. */
  plan(config: z.output<Schema>): readonly string[];
}

export interface TargetDefinition<Schema extends z.ZodType> extends TargetKind<Schema> {
  /** Stages, tests, exchanges, reloads. Whatever it throws after the exchange makes the host undo it. */
  deploy(host: Host, config: z.output<Schema>, bundle: Bundle, signal: AbortSignal): Promise<void>;
  /** Makes the service read what is at its paths now. The host also calls it after undoing and after a crash. */
  activate(host: Host, config: z.output<Schema>, signal: AbortSignal): Promise<string>;
  judgement(config: z.output<Schema>): Judgement;
  testConnection(
    host: Host,
    config: z.output<Schema>,
    signal: AbortSignal,
  ): Promise<readonly Check[]>;
}

/** A target with its configuration parsed: what the agent works with, whatever the kind. */
export interface BoundTarget {
  deploy(host: Host, bundle: Bundle, signal: AbortSignal): Promise<void>;
  activate(host: Host, signal: AbortSignal): Promise<string>;
  testConnection(host: Host, signal: AbortSignal): Promise<readonly Check[]>;
  readonly judgement: Judgement;
}

export interface Target extends TargetKind {
  /** Parses the configuration; a problem names every wrong key. */
  bind(config: unknown): BoundTarget;
}

export function target<Schema extends z.ZodType>(definition: TargetDefinition<Schema>): Target {
  return {
    kind: definition.kind,
    title: definition.title,
    runsOn: definition.runsOn,
    capabilities: definition.capabilities,
    config: definition.config,
    plan: definition.plan,
    bind(input) {
      const config = parseConfig(definition, input);
      return {
        deploy: (host, bundle, signal) => definition.deploy(host, config, bundle, signal),
        activate: (host, signal) => definition.activate(host, config, signal),
        testConnection: (host, signal) => definition.testConnection(host, config, signal),
        judgement: definition.judgement(config),
      };
    },
  };
}

function parseConfig<Schema extends z.ZodType>(
  definition: TargetDefinition<Schema>,
  input: unknown,
): z.output<Schema> {
  const result = check(definition.config, input);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  const summary = errors.map((it) => (it.path ? `${it.path}: ${it.message}` : it.message));
  throw new Problem("invalid-input", `${definition.title}: ${summary.join("; ")}`, { errors });
}
