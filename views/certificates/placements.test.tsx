/** @jsxImportSource hono/jsx */
import { describe, expect, test } from "bun:test";
import { instant } from "#base/time.ts";
import type { VersionView } from "#features/certificates/certificate.ts";
import type { DeploymentView } from "#features/deployments/deployment.ts";
import { toDocument } from "../html.ts";
import { Deployments, Versions } from "./placements.tsx";
import { deployment, fingerprint, now, version } from "./samples.ts";
import { Served } from "./served.tsx";

const frame = { now, nonce: "n", csrf: "c", here: "/", sent: undefined, may: () => true };
const names = { agent: new Map([["ag-1", "web"]]) };

describe("a version", () => {
  const row = async (it: VersionView) =>
    await toDocument(<Versions isPlaced frame={frame} versions={[it]} names={names} />);

  test.each([
    ["its key is on an agent", {}, true, "web"],
    ["its key is gone", { keyAvailable: false }, false, "the key is gone"],
    ["it has expired", { notAfter: instant(now - 1) }, false, "expired"],
    ["the client holds its key", { holder: null, keyAvailable: false }, false, "the client"],
  ])("when %s", async (_, change, offered, words) => {
    const html = await row(version(change));
    expect(html.includes("/ui/certificates.redeploy")).toBe(offered);
    expect(html).toContain(words);
  });
});

describe("a deployment", () => {
  const shown = async (...all: DeploymentView[]) =>
    await toDocument(<Deployments deployments={all} versions={[version()]} now={now} />);

  test("says what was seen, over which TLS, and when", async () => {
    const html = await shown(deployment());
    expect(html).toContain(">Deployed<");
    expect(html).toContain(fingerprint);
    expect(html).toContain("over TLSv1.3");
    expect(html).toContain('datetime="2026-11-23T12:00:00Z"');
  });

  test("that nobody saw is said to be that, plainly", async () => {
    const unseen = { state: "InstalledNotSeen", seenAt: null, seenFingerprint: null } as const;
    const html = await shown(deployment(unseen));
    expect(html).toContain("Installed, not seen");
    expect(html).toContain("nobody has seen it serve this certificate");
    expect(html).toContain("nothing was seen");
    expect(html).not.toContain(">Deployed<");
  });

  test("where something else is served says so", async () => {
    const html = await shown(
      deployment({
        state: "RolledBack",
        seenFingerprint: "cd".repeat(32),
        message: "reload failed",
      }),
    );
    expect(html).toContain("another certificate");
    expect(html).toContain("reload failed");
  });

  test("that was overtaken is said to be replaced, and its message is of no concern any more", async () => {
    const html = await shown(deployment({ state: "Superseded", message: "a warning" }));
    expect(html).toContain("Replaced since");
    expect(html).not.toContain("a warning");
  });
});

describe("what is served", () => {
  const served = async (targetIds: readonly string[], ...all: DeploymentView[]) =>
    await toDocument(<Served served={all} targetIds={targetIds} now={now} />);

  test("is the current version: there is no note", async () => {
    const html = await served(["tgt-1"], deployment());
    expect(html).toContain(">Current version<");
    expect(html).not.toContain("earlier");
  });

  test("is an earlier version: the page says which, where, and until when", async () => {
    const html = await served(["tgt-1"], deployment({ isCurrent: false, serialNumber: "0a1b" }));
    expect(html).toContain("an earlier version is served: serial ");
    expect(html).toContain("0a1b");
  });

  test("at a target it was taken from is no concern", async () => {
    const html = await served([], deployment({ isCurrent: false }));
    expect(html).not.toContain("an earlier version is served");
    expect(html).toContain("No target of this certificate any more");
  });
});
