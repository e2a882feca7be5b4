/** Joining: a single-use token becomes an agent with a credential of its own. */
import { createPublicKey } from "node:crypto";
import { invalid, notFound, Problem } from "#base/problem.ts";
import { newToken } from "#base/random.ts";
import { later, minutes, seconds } from "#base/time.ts";
import { hashToken } from "../access/principal.ts";
import { refuseTakenId, unlessTaken } from "../conflicts.ts";
import { read, write } from "../handler.ts";
import { ownAnchors } from "../issuers/first.ts";
import { resolveTeam } from "../ownership/owners.ts";
import { heartbeatInterval } from "./agent.ts";
import { agentsApi } from "./api.ts";
import * as tokens from "./join-queries.ts";
import * as queries from "./queries.ts";

export const trust = read(agentsApi.trust, async (ctx) => {
  const anchors = await ownAnchors(ctx.reader);
  return { anchorsPem: [...anchors.pem], fingerprints: [...anchors.fingerprints] };
});

export const createJoinToken = write(agentsApi.createJoinToken, {
  async prepare(ctx, input) {
    const [teamPk, anchors] = await Promise.all([
      resolveTeam(ctx, input.teamId),
      ownAnchors(ctx.reader),
    ]);
    const caFingerprint = anchors.fingerprints[0];
    if (!caFingerprint) throw new Problem("unavailable", "the built-in CA is not ready yet");
    return { teamPk, caFingerprint, createdBy: ctx.actor.name, url: ctx.addresses.https };
  },
  async commit(tx, it, input) {
    const id = tx.newId("joinToken");
    const token = newToken("ccj", tx.random, 24);
    const expiresAt = later(tx.now, minutes(input.expiresInMinutes));
    await tokens.insertJoinToken(tx.db, {
      id,
      name: input.name ?? null,
      hash: hashToken(token),
      teamPk: it.teamPk,
      createdBy: it.createdBy,
      expiresAt,
      now: tx.now,
    });
    tx.subject({ id, teamPk: it.teamPk, details: { name: input.name } });
    const command = `certctl-agent join --server ${it.url} --ca-fingerprint ${it.caFingerprint} --token ${token}`;
    return { id, token, expiresAt, caFingerprint: it.caFingerprint, command };
  },
});

export const joinToken = read(agentsApi.joinToken, async (ctx, { id }) => {
  const token = await tokens.findTokenById(ctx.reader, id, ctx.scope);
  if (!token) throw notFound("join token", id);
  const { name, agent_id: agentId, agent_name: agentName } = token;
  const agent = agentId === null || agentName === null ? null : { id: agentId, name: agentName };
  return { id, name, expiresAt: token.expires_at, usedAt: token.used_at, agent };
});

export const join = write(agentsApi.join, {
  async prepare(ctx, input) {
    const token = await tokens.findJoinToken(ctx.reader, hashToken(input.token));
    // One sentence for all three, so that tokens cannot be told apart by trying.
    if (!token || token.used_at !== null || token.expires_at <= ctx.clock.now()) {
      throw new Problem("forbidden", "the join token is unknown, used or expired; make a new one");
    }
    checkEncryptionKey(input.encryptionKeyPem);
    return { token, anchors: await ownAnchors(ctx.reader) };
  },
  async commit(tx, { token, anchors }, input) {
    const id = input.id ?? tx.newId("agent");
    if (input.id !== undefined) {
      refuseTakenId("agent", await queries.findAgent(tx.db, input.id, "all"));
    }
    const name = token.name ?? input.name ?? input.hostname;
    const credential = newToken("cca", tx.random);
    const { hostname, os, architecture, ipAddress, version, capabilities } = input;
    const agentPk = await unlessTaken("agent", () =>
      queries.insertAgent(tx.db, {
        id,
        name,
        teamPk: token.team_pk,
        credentialHash: hashToken(credential),
        encryptionKey: input.encryptionKeyPem,
        metadata: { hostname, os, architecture, ipAddress, version, capabilities },
        now: tx.now,
      }),
    );
    if (!(await tokens.useJoinToken(tx.db, token.pk, agentPk, tx.now))) {
      throw new Problem("forbidden", "the join token is unknown, used or expired; make a new one");
    }
    // The token was all that spoke; from here on the agent speaks for itself.
    const actor = { type: "agent", id, name } as const;
    tx.subject({ id, teamPk: token.team_pk, actor, details: { name, token: token.id } });
    await tx.emit("agent.joined", { id, teamPk: token.team_pk }, {});
    const heartbeatSeconds = heartbeatInterval / seconds(1);
    return { id, name, credential, anchorsPem: [...anchors.pem], heartbeatSeconds };
  },
});

/** Target secrets will be encrypted to this key: it must be one that can encrypt. */
function checkEncryptionKey(pem: string): void {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "x25519" || key.asymmetricKeyType === "rsa") return;
  } catch (cause) {
    throw invalid("encryption_key_pem", "is not a public key in PEM", cause);
  }
  throw invalid("encryption_key_pem", "must be an X25519 or RSA public key");
}
