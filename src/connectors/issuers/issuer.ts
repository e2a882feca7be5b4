/** The contract of an issuer: whoever turns a checked request into a certificate, at once or after a while. */
import type { z } from "zod";
import type { Log } from "#base/log.ts";
import { Problem } from "#base/problem.ts";
import type { Random } from "#base/random.ts";
import { check } from "#base/rule.ts";
import type { Clock, Instant } from "#base/time.ts";
import type { ExtendedKeyUsage, KeyUsage } from "#pki/key-usage.ts";
import type { Issuing } from "#pki/local-ca.ts";
import type { NameConstraints } from "#pki/name-constraints.ts";
import type { CertificateRequest } from "#pki/request.ts";
import type { SerialNumber } from "#pki/serial-number.ts";
import type { Signer } from "#pki/signer.ts";
import type { GeneralName } from "#pki/subject-alt-name.ts";
import type { Validity } from "#pki/validity.ts";

/** What is asked for, after every check. */
export interface IssueRequest {
  /** The order's id, stored before the call: what makes a repeated call harmless. */
  readonly orderId: string;
  readonly request: CertificateRequest;
  readonly subjectAltNames: readonly GeneralName[];
  /** What the profile and the CA allow; an issuer that decides by itself may answer with another. */
  readonly validity: Validity;
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[];
  readonly mustStaple: boolean;
}

export interface Issued {
  readonly certificate: Uint8Array;
  /** What a client needs beside the leaf, in order, without the trust anchor. */
  readonly chain: readonly Uint8Array[];
  /** Only from an issuer that encoded the certificate itself, for the names and the key of the request: nobody need read it again. */
  readonly written?: Written;
}

/** What an issuer wrote into a certificate, beside what was asked for. */
export interface Written {
  readonly serialNumber: SerialNumber;
  readonly validity: Validity;
}

/** A CA of ours, ready to sign. The key is not here: only its signer. */
export interface Authority {
  readonly id: string;
  readonly pk: number;
  /** What of this authority goes into every certificate it issues. */
  readonly issuing: Issuing;
  readonly certificate: Uint8Array;
  /** From this authority up to, not including, the root. */
  readonly chain: readonly Uint8Array[];
  /** Its own and those of all above it. */
  readonly nameConstraints: readonly NameConstraints[];
  readonly signer: Signer;
}

/**
 * Where an issuer keeps what it needs to go on with an order after an interruption. It is forgotten in the commit that
 * records the certificate, not before.
 */
export const orderStateName = (orderId: string): string => `orders/${orderId}`;

/** What an issuer may touch. */
export interface IssuerHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: typeof fetch;
  /** The CA to sign with; only for kinds that declare `signs`. */
  readonly authority: Authority | undefined;
  /** Small sealed facts of this issuer, such as its account key. */
  readonly state: {
    load(name: string): Promise<Uint8Array | undefined>;
    /** Keeps the value unless one is there already; returns the one that is there now. */
    keep(name: string, value: Uint8Array): Promise<Uint8Array>;
    save(name: string, value: Uint8Array): Promise<void>;
    forget(name: string): Promise<void>;
  };
  /** Answers of the plain-HTTP door under /.well-known/acme-challenge/. */
  readonly http01: {
    present(token: string, keyAuthorization: string, until: Instant): Promise<void>;
    withdraw(token: string): Promise<void>;
  };
}

/** The light half of a kind: all that forms and lists need, without the code. */
export interface IssuerKind<Schema extends z.ZodObject = z.ZodObject> {
  /** The seeds' type name: `GenericCA`, `ACME`. */
  readonly kind: string;
  readonly aliases: readonly string[];
  readonly title: string;
  /** Signs with a CA of ours, at once: an edge need not queue. */
  readonly signs: boolean;
  /** At most this many orders at a time. */
  readonly concurrency: number;
  readonly config: Schema;
}

export interface IssuerDefinition<Schema extends z.ZodObject> extends IssuerKind<Schema> {
  /** Throws `ConnectorFailure`. */
  issue(
    host: IssuerHost,
    config: z.output<Schema>,
    request: IssueRequest,
    signal: AbortSignal,
  ): Issued | Promise<Issued>;
  /** Tells in a sentence what was reached. Throws `ConnectorFailure`. */
  test(host: IssuerHost, config: z.output<Schema>, signal: AbortSignal): Promise<string>;
}

export interface BoundIssuer {
  issue(host: IssuerHost, request: IssueRequest, signal: AbortSignal): Issued | Promise<Issued>;
  test(host: IssuerHost, signal: AbortSignal): Promise<string>;
}

export interface Issuer extends IssuerKind {
  /** Parses the configuration; a problem names every wrong key. */
  bind(config: unknown): BoundIssuer;
}

export function issuer<Schema extends z.ZodObject>(definition: IssuerDefinition<Schema>): Issuer {
  return {
    ...definition,
    bind(input) {
      const config = parseIssuerConfig(definition, input);
      return {
        issue: (host, request, signal) => definition.issue(host, config, request, signal),
        test: (host, signal) => definition.test(host, config, signal),
      };
    },
  };
}

export function parseIssuerConfig<Schema extends z.ZodObject>(
  kind: IssuerKind<Schema>,
  input: unknown,
): z.output<Schema> {
  const result = check(kind.config, input);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: ["config", ...issue.path].join("."),
    message: issue.message,
  }));
  const summary = errors.map((it) => `${it.path}: ${it.message}`).join("; ");
  throw new Problem("invalid-input", `${kind.title}: ${summary}`, { errors });
}
