/** What people do with their own account: see and end their sessions, change their password. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { Id } from "#base/id.ts";
import { Timestamp } from "#base/time.ts";
import { Password } from "./principal.ts";

const own = { permission: "self", scope: "global" } as const;

export const SessionView = z.object({
  id: z.string(),
  createdAt: Timestamp.meta({ title: "Signed in" }),
  lastSeenAt: Timestamp.meta({ title: "Last used" }),
  expiresAt: Timestamp,
  address: z.string(),
  userAgent: z.string(),
});
export type SessionView = z.output<typeof SessionView>;

export const ownApi = {
  sessions: contract({
    ...own,
    name: "sessions.list",
    summary: "List your sessions, the last used first",
    method: "GET",
    path: "/api/v1/sessions",
    effect: "read",
    answer: "json",
    input: z.strictObject({}),
    output: z.object({ data: z.array(SessionView), total: z.int() }),
    problems: [],
    cli: { noun: "auth", verb: "sessions" },
  }),
  endSession: contract({
    ...own,
    name: "sessions.revoke",
    summary: "End one of your sessions",
    done: "The session was ended",
    method: "DELETE",
    path: "/api/v1/sessions/:id",
    effect: "write",
    answer: "none",
    input: z.strictObject({ id: Id }),
    output: z.null(),
    problems: ["not-found"],
    cli: { noun: "auth", verb: "end-session", positional: "id" },
  }),
  changePassword: contract({
    ...own,
    name: "auth.password",
    summary: "Change your password; your sessions end, this one as well",
    done: "Your password was changed",
    method: "POST",
    path: "/api/v1/auth/password",
    effect: "write",
    answer: "none",
    input: z.strictObject({
      currentPassword: z.string().max(1_024).meta({ title: "Current password", secret: true }),
      newPassword: Password.meta({ title: "New password", secret: true }),
    }),
    output: z.null(),
    problems: ["forbidden", "invalid-input"],
  }),
};
