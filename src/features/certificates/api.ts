/** Managed certificates. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { boundedListOf, countQuery, listOf, listQuery, searchQuery } from "#base/page.ts";
import { patchOf } from "#base/schema.ts";
import { bulkApi } from "./bulk-api.ts";
import {
  CertificateDetails,
  CertificateView,
  CertificateWithTargets,
  CheckedOrder,
  IssuedView,
  NewCertificate,
  VersionView,
} from "./certificate.ts";
import { criteria, tagging } from "./criteria.ts";
import { usageApi } from "./usage-api.ts";

const reading = {
  method: "GET",
  permission: "certificates:read",
  scope: "team",
  effect: "read",
  answer: "json",
} as const;
const writing = { permission: "certificates:write", scope: "team", effect: "write" } as const;
const byId = z.strictObject({ id: Id });

export const certificatesApi = {
  list: contract({
    name: "certificates.list",
    summary: "List certificates",
    path: "/api/v1/certificates",
    ...reading,
    input: z.strictObject({
      ...listQuery(["-created_at", "not_after", "expires_at", "updated_at", "common_name", "name"]),
      ...searchQuery,
      certificateIds: z.array(Id).max(200).optional().meta({ title: "Named" }),
      ...criteria,
      ...countQuery,
    }),
    output: boundedListOf(CertificateView),
    problems: [],
    cli: { noun: "certs", verb: "list" },
  }),
  get: contract({
    name: "certificates.get",
    summary: "Show one certificate",
    path: "/api/v1/certificates/:id",
    ...reading,
    input: byId,
    output: CertificateWithTargets,
    problems: ["not-found"],
    cli: { noun: "certs", verb: "get", positional: "id" },
  }),
  create: contract({
    name: "certificates.create",
    summary: "Order a certificate: from names (an agent makes the key) or from a signing request",
    done: "{} was ordered",
    description:
      "201 with the certificate when the issuer signs at once; 202 with the job otherwise. The same request sent again finds its certificate.",
    method: "POST",
    path: "/api/v1/certificates",
    ...writing,
    answer: "created",
    input: NewCertificate,
    output: IssuedView,
    problems: ["refused", "already-exists", "issuer-failed"],
    cli: { noun: "certs", verb: "create" },
  }),
  update: contract({
    name: "certificates.update",
    summary: "Change owner, team, tags, targets or policy",
    done: "{} was changed",
    method: "PATCH",
    path: "/api/v1/certificates/:id",
    ...writing,
    answer: "json",
    input: z.strictObject({ id: Id, ...patchOf(CertificateDetails).shape }),
    output: CertificateWithTargets,
    problems: ["not-found", "already-exists", "precondition-failed", "conflict"],
    cli: { noun: "certs", verb: "update", positional: "id" },
  }),
  archive: contract({
    name: "certificates.archive",
    summary: "Archive a certificate: it is no longer renewed or deployed",
    done: "{} was archived",
    undo: "certificates.restore",
    method: "DELETE",
    path: "/api/v1/certificates/:id",
    ...writing,
    answer: "none",
    input: z.strictObject({
      id: Id,
      unlessServed: z.boolean().default(false).meta({ title: "Not when a target serves it now" }),
    }),
    output: z.null(),
    problems: ["not-found", "wrong-state", "precondition-failed"],
    cli: { noun: "certs", verb: "archive", positional: "id" },
  }),
  restore: contract({
    name: "certificates.restore",
    summary: "Take a certificate out of the archive",
    done: "{} was taken out of the archive",
    undo: "certificates.archive",
    method: "POST",
    path: "/api/v1/certificates/:id/restore",
    ...writing,
    answer: "json",
    input: byId,
    output: CertificateWithTargets,
    problems: ["not-found", "wrong-state", "precondition-failed"],
    cli: { noun: "certs", verb: "restore", positional: "id" },
  }),
  tag: contract({
    name: "certificates.tag",
    summary: "Set and remove tags; the others stay",
    done: "The tags of {} were changed",
    method: "POST",
    path: "/api/v1/certificates/:id/tags",
    ...writing,
    answer: "json",
    input: z.strictObject({ id: Id, ...tagging }),
    output: CertificateWithTargets,
    problems: ["not-found", "precondition-failed", "conflict"],
    cli: { noun: "certs", verb: "tag", positional: "id" },
  }),
  renew: contract({
    name: "certificates.renew",
    summary: "Renew now",
    done: "The renewal of {} was started",
    method: "POST",
    path: "/api/v1/certificates/:id/renew",
    ...writing,
    answer: "accepted",
    query: ["force"],
    input: z.strictObject({
      id: Id,
      force: z
        .boolean()
        .default(false)
        .meta({ title: "Even when it is expired or a renewal runs" }),
      csrPem: NewCertificate.shape.csrPem.meta({
        title: "Certificate signing request (PEM)",
        description: "Of the client that holds the key; empty: its last one is signed again",
        widget: "pem",
      }),
    }),
    output: z.object({
      status: z.literal("renewal_triggered"),
      jobIds: z.array(z.string()),
      jobId: z.string().nullable(),
      jobUrl: z.string().nullable(),
      versionId: z.string().nullable(),
    }),
    problems: ["not-found", "wrong-state", "precondition-failed", "refused", "issuer-failed"],
    cli: { noun: "certs", verb: "renew", positional: "id" },
  }),
  ...bulkApi,
  ...usageApi,
  versions: contract({
    name: "certificates.versions",
    summary: "List the versions of a certificate, the newest first",
    path: "/api/v1/certificates/:id/versions",
    ...reading,
    input: z.strictObject({ id: Id, ...listQuery(["-created_at"]) }),
    output: listOf(VersionView),
    problems: ["not-found"],
    cli: { noun: "certs", verb: "versions", positional: "id" },
  }),
  check: contract({
    name: "certificates.check",
    summary: "Tell what an order would become and what is wrong with it; nothing is ordered",
    ...reading,
    method: "POST",
    path: "/api/v1/certificates/check",
    input: NewCertificate,
    output: CheckedOrder,
    problems: [],
  }),
  compare: contract({
    name: "certificates.compare",
    summary: "Compare two versions of a certificate, field by field",
    path: "/api/v1/certificates/:id/compare",
    ...reading,
    input: z.strictObject({
      id: Id,
      from: Id.meta({ title: "Earlier version" }),
      to: Id.meta({ title: "Later version" }),
    }),
    output: z.object({
      from: z.string(),
      to: z.string(),
      fields: z.array(
        z.object({
          /** By its name in RFC 5280. */
          field: z.string(),
          from: z.array(z.string()),
          to: z.array(z.string()),
          differs: z.boolean(),
        }),
      ),
    }),
    problems: ["not-found"],
    cli: { noun: "certs", verb: "compare", positional: "id" },
  }),
  exportPem: contract({
    name: "certificates.export",
    summary: "The current certificate and its chain in PEM",
    path: "/api/v1/certificates/:id/export/pem",
    ...reading,
    audited: true,
    input: z.strictObject({
      id: Id,
      versionId: Id.optional().meta({ title: "Version", description: "Empty: the current one" }),
    }),
    output: z.object({
      id: z.string(),
      certPem: z.string(),
      chainPem: z.string(),
      fullPem: z.string(),
    }),
    problems: ["not-found"],
    cli: { noun: "certs", verb: "export", positional: "id" },
  }),
  submitCsr: contract({
    name: "agents.csr",
    summary: "Hand in the signing request of a job",
    done: "A signing request was handed in",
    method: "POST",
    path: "/api/v1/agents/:id/csr",
    permission: "agent",
    scope: "global",
    effect: "write",
    answer: "accepted",
    machine: true,
    input: z.strictObject({
      id: Id,
      jobId: Id,
      csrPem: z.string().max(100_000),
      certificateId: Id.optional(),
    }),
    output: z.object({
      status: z.enum(["csr_signed", "csr_accepted"]),
      certificatePem: z.string().nullable(),
      chainPem: z.string().nullable(),
    }),
    problems: ["not-found", "forbidden", "refused", "wrong-state", "issuer-failed"],
  }),
};
