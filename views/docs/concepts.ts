/** The concepts that a `?` explains: their heading in docs/guide/concepts.md, and how they are asked for. */

export const concepts = {
  certificate: "a certificate",
  version: "a version",
  issuer: "an issuer",
  authority: "an authority",
  profile: "a profile",
  "renewal-policy": "a renewal policy",
  "owner-and-team": "an owner, and a team",
  agent: "an agent",
  target: "a target",
  connector: "a connector",
  deployment: "a deployment",
  job: "a job",
  schedule: "a schedule",
  approval: "an approval",
  audit: "the audit trail",
  event: "an event",
  tag: "a tag",
  "api-key": "an API key",
  "user-and-session": "a user, and a session",
  role: "a role",
  attention: "what needs someone",
  setting: "a setting",
  health: "the health of the server",
} as const;

export type Concept = keyof typeof concepts;

/** The concept that a list is of, by the list's path. */
export const conceptAt: Readonly<Record<string, Concept | undefined>> = {
  "/certificates": "certificate",
  "/targets": "target",
  "/agents": "agent",
  "/jobs": "job",
  "/schedules": "schedule",
  "/issuers": "issuer",
  "/profiles": "profile",
  "/policies": "renewal-policy",
  "/audit": "audit",
  "/teams": "owner-and-team",
  "/owners": "owner-and-team",
  "/users": "user-and-session",
  "/keys": "api-key",
};

/** The concept that a field of a form names, by the field's wire name. */
export const conceptOf: Readonly<Record<string, Concept | undefined>> = {
  agent_id: "agent",
  certificate_profile_id: "profile",
  grants: "role",
  issuer_id: "issuer",
  owner_id: "owner-and-team",
  renewal_policy_id: "renewal-policy",
  requires_approval: "approval",
  tags: "tag",
  target_ids: "target",
  team_id: "owner-and-team",
};
