/** The leaf of an item of work: its fingerprint and the name to ask for it by. */
import { X509Certificate } from "node:crypto";
import type { Endpoint } from "#connectors/host.ts";
import { serverNameFor } from "./bundle.ts";
import { sha256 } from "./files.ts";

export const leafFingerprint = (pem: string): string => sha256(new X509Certificate(pem).raw);

export const serverNameOf = (endpoint: Endpoint, pem: string): string | undefined =>
  serverNameFor(endpoint, new X509Certificate(pem));
