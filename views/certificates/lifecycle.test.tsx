/** @jsxImportSource hono/jsx */
import { describe, expect, test } from "bun:test";
import { days, instant, later, minutes } from "#base/time.ts";
import type { CertificateWithTargets } from "#features/certificates/certificate.ts";
import { toDocument } from "../html.ts";
import { Lifecycle } from "./lifecycle.tsx";
import type { LifecycleProps } from "./lifecycle-steps.tsx";
import { certificate, deployment, job, now, version } from "./samples.ts";

const names = {
  agent: new Map([["ag-1", "web"]]),
  issuer: new Map([["iss-local", "Local CA"]]),
};

const earlier = deployment({
  id: "dep-0",
  versionId: "ver-0",
  isCurrent: false,
  installedAt: later(now, minutes(30)),
});
const overtaken = deployment({ state: "Superseded" });

async function shown(change: Partial<LifecycleProps>): Promise<string> {
  const usual = {
    certificate: certificate(),
    versions: [version()],
    deployments: [deployment()],
    served: [deployment()],
    jobs: [],
    names,
    now: later(now, days(1)),
  };
  const html = await toDocument(<Lifecycle {...usual} {...change} />);
  return html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("deployed and seen", () => {
  test("are told of what is in place", async () => {
    expect(await shown({})).toMatch(/Deployed .* 1 of 1 target Seen .* 1 of 1 target/);
  });

  test("have happened also where an earlier version was put in its place since", async () => {
    const text = await shown({ served: [earlier], deployments: [earlier, overtaken] });
    expect(text).not.toContain("Not yet");
    expect(text).toContain("1 of 1 target; an earlier version was put in its place since");
    expect(text).toContain("1 of 1 target, before that");
  });

  test("say on how many an earlier version is in place", async () => {
    const text = await shown({
      certificate: certificate({ targetIds: ["tgt-1", "tgt-2"] }),
      served: [earlier, deployment({ id: "dep-2", targetId: "tgt-2" })],
      deployments: [earlier, overtaken],
    });
    expect(text).toContain("2 of 2 targets; an earlier version was put in its place since on 1");
  });

  test("another certificate that was seen is not this one", async () => {
    const other = { ...overtaken, seenFingerprint: "cd".repeat(32) };
    const text = await shown({ served: [earlier], deployments: [earlier, other] });
    expect(text).toContain("Seen Not yet 0 of 1 target");
  });

  test("lie ahead of what was never there", async () => {
    const text = await shown({ served: [], deployments: [] });
    expect(text).toContain("Deployed Not yet 0 of 1 target");
  });
});

describe("requested", () => {
  const old = job({ agentId: "ag-1", type: "Renewal", createdAt: instant(now - 60_000) });

  test("is the time of the job that made the version", async () => {
    const text = await shown({ jobs: [{ ...old, completedAt: now }] });
    expect(text).toContain("Renewal, Ana");
  });

  test("is not that of a job that ended before", async () => {
    const jobs = [{ ...old, completedAt: instant(now - 30_000) }];
    expect(await shown({ jobs })).not.toContain("Ana");
  });

  test("is the signing of what a client handed in", async () => {
    const text = await shown({ versions: [version({ holder: null })] });
    expect(text).toContain("with a signing request of the client");
  });

  test("is left out where nothing on record tells when it was", async () => {
    const versions = [version(), version({ id: "ver-0", isCurrent: false })];
    const text = await shown({ versions });
    expect(text).not.toContain("Requested");
    expect(text).not.toContain("–");
  });
});

describe("renews", () => {
  const renewing = (change: Partial<CertificateWithTargets>) =>
    shown({ certificate: certificate({ renewAt: later(now, days(17)), ...change }) });

  test("by itself at its time", async () => {
    expect(await renewing({})).toMatch(/Renews in 16 days .* by itself/);
  });

  test("now, where that is under way", async () => {
    const text = await renewing({ status: "RenewalInProgress" });
    expect(text).not.toContain("by itself");
    expect(text).toContain("Renewal Now under way");
  });

  test("never, where it is archived", async () => {
    expect(await renewing({ status: "Archived" })).not.toContain("Renews");
  });
});
