/** Everything that can happen, as one closed table: what is emitted, streamed, subscribed to and notified about. */
import { z } from "zod";
import type { Permission } from "./permission.ts";

const Empty = z.strictObject({});
/** The name travels with it: what was deleted has no row that could be asked. */
const Named = z.strictObject({ name: z.string() });
const Tested = z.strictObject({ name: z.string(), status: z.enum(["success", "failed"]) });
const Job = z.strictObject({
  state: z.string(),
  type: z.string(),
  certificateId: z.string().optional(),
  targetId: z.string().optional(),
  agentId: z.string().optional(),
  issuerId: z.string().optional(),
});

/** Event type → payload. The subject's id and team travel beside it. Payloads hold no secrets: pages and webhooks see them. */
export const eventTypes = {
  "certificate.created": Empty,
  "certificate.issued": z.strictObject({
    versionId: z.string(),
    serialNumber: z.string(),
    /** RFC 3339. */
    notAfter: z.string(),
    /** Who has the key: an agent deploys and renews, a client does both by itself. */
    heldBy: z.enum(["agent", "client"]),
  }),
  "certificate.failed": z.strictObject({ message: z.string() }),
  "certificate.changed": Empty,
  /** It was given targets. */
  "certificate.placed": z.strictObject({ targetIds: z.array(z.string()) }),
  "certificate.expired": Empty,
  "certificate.archived": Empty,
  "certificate.restored": Empty,
  "deployment.seen": z.strictObject({
    certificateId: z.string(),
    versionId: z.string(),
    fingerprint: z.string(),
  }),
  "deployment.failed": z.strictObject({
    certificateId: z.string(),
    versionId: z.string(),
    message: z.string(),
  }),
  "job.changed": Job,
  "agent.joined": Empty,
  "agent.online": Empty,
  "agent.offline": Empty,
  "agent.retired": Empty,
  "target.created": Named,
  "target.changed": Named,
  "target.deleted": Named,
  "target.tested": Tested,
  "issuer.created": Named,
  "issuer.changed": Named,
  "issuer.deleted": Named,
  "issuer.tested": Tested,
  "profile.created": Named,
  "profile.changed": Named,
  "profile.deleted": Named,
  "policy.created": Named,
  "policy.changed": Named,
  "policy.deleted": Named,
  "team.created": Named,
  "team.changed": Named,
  "team.deleted": Named,
  "owner.created": Named,
  "owner.changed": Named,
  "owner.deleted": Named,
  "user.created": Named,
  "user.changed": Named,
  "key.created": Named,
  "key.revoked": Named,
} as const satisfies Record<string, z.ZodObject>;

export type EventType = keyof typeof eventTypes;
/** `certificate` of `certificate.issued`: the kind of thing that it is about. */
export type EventSubject = EventType extends `${infer Kind}.${string}` ? Kind : never;

/** Who hears of a kind of thing: whoever may read it; what is shared belongs to no team and is heard of in every one. */
export const eventAudiences = {
  certificate: { permission: "certificates:read", shared: false },
  deployment: { permission: "certificates:read", shared: false },
  job: { permission: "jobs:read", shared: false },
  agent: { permission: "agents:read", shared: false },
  target: { permission: "targets:read", shared: false },
  issuer: { permission: "issuers:read", shared: true },
  profile: { permission: "profiles:read", shared: true },
  policy: { permission: "policies:read", shared: true },
  team: { permission: "ownership:read", shared: true },
  owner: { permission: "ownership:read", shared: false },
  user: { permission: "users:read", shared: false },
  key: { permission: "keys:read", shared: false },
} as const satisfies Record<
  EventSubject,
  { readonly permission: Permission; readonly shared: boolean }
>;
export type EventPayload<T extends EventType> = z.infer<(typeof eventTypes)[T]>;

export interface DomainEvent<T extends EventType = EventType> {
  readonly type: T;
  readonly subjectId: string;
  /** Null: belongs to no team. */
  readonly teamPk: number | null;
  readonly payload: EventPayload<T>;
}
