/** Everything that can happen, as one closed table: what is emitted, streamed, subscribed to and notified about. */
import { z } from "zod";

const Empty = z.strictObject({});
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
} as const satisfies Record<string, z.ZodObject>;

export type EventType = keyof typeof eventTypes;
export type EventPayload<T extends EventType> = z.infer<(typeof eventTypes)[T]>;

export interface DomainEvent<T extends EventType = EventType> {
  readonly type: T;
  readonly subjectId: string;
  /** Null: belongs to no team. */
  readonly teamPk: number | null;
  readonly payload: EventPayload<T>;
}
