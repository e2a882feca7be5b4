import { describe, expect, test } from "bun:test";
import type { JobDetail } from "#features/work/job-view.ts";
import { job as listed } from "../certificates/samples.ts";
import { resultsOf, standingOf, stepWords, titleOf, waitsForAgent } from "./words.ts";

const names = {
  certificate: new Map([["mc-1", "shop.example.org"]]),
  target: new Map([["tgt-1", "NGINX on web-1"]]),
};
const job = (change: Partial<JobDetail>): JobDetail => ({
  ...listed(),
  steps: [],
  decisions: [],
  operation: null,
  change: null,
  items: null,
  evidence: null,
  mayDecide: false,
  approversNeeded: null,
  ...change,
});

const at = { targetId: "tgt-1" };
test.each<[Partial<JobDetail>, string]>([
  [{}, "Issuance of shop.example.org"],
  [{ type: "Renewal", certificateId: "mc-gone" }, "Renewal of mc-gone"],
  [
    { ...at, type: "Deployment", kind: "deployments.deploy" },
    "Deployment of shop.example.org to NGINX on web-1",
  ],
  [
    { ...at, type: "Validation", kind: "deployments.probe" },
    "Validation of shop.example.org on NGINX on web-1",
  ],
  [
    { ...at, type: "Validation", kind: "targets.test", certificateId: null },
    "Test of NGINX on web-1",
  ],
  [
    { operation: "certificates.renew", kind: "approvals.operation" },
    "Issuance of shop.example.org",
  ],
  [
    { operation: "certificates.create", certificateId: null, evidence: { commonName: "a.test" } },
    "Issuance of a.test",
  ],
  [{ operation: "certificates.bulk-archive", certificateId: null }, "Archive many certificates"],
])("%j is called %p", (change, title) => {
  expect(titleOf(job(change), names)).toBe(title);
});

describe("work through many things", () => {
  const result = { total_matched: 4_997, total_failed: 3_519, total_enqueued: 1_478 };

  test("is said to have failed for so many", () => {
    expect(standingOf({ status: "Completed", result })).toEqual({
      of: "Failed",
      label: "Completed, 3,519 of 4,997 failed",
    });
  });

  test.each([
    ["none failed", { ...result, total_failed: 0 }, "Completed"],
    ["it goes on", null, "Running"],
  ] as const)("is as its state where %s", (_, given, status) => {
    expect(standingOf({ status, result: given })).toEqual({ of: status });
  });

  test("tells its numbers with its items alone", () => {
    expect(resultsOf({ result })).toEqual([]);
  });
});

test("results and steps have words; what a test looked at has its own", () => {
  expect(resultsOf({ result: { version_id: "ver-1", seen: null } })).toEqual([
    ["Version", "ver-1"],
  ]);
  expect(stepWords("exchange")).toBe("Files put in place");
  expect(stepWords("constructor")).toBe("constructor");
  expect(stepWords("certificate file")).toBe("certificate file");
});

test.each([
  ["AwaitingCSR", "certificates.issue", true],
  ["Pending", "certificates.issue", false],
  ["Pending", "deployments.deploy", true],
  ["Completed", "deployments.deploy", false],
] as const)("%s of %s waits for the agent: %p", (status, kind, waits) => {
  expect(waitsForAgent({ status, kind })).toBe(waits);
});
