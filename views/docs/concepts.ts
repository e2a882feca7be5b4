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
} as const;

export type Concept = keyof typeof concepts;
