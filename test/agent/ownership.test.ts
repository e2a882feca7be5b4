import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realFiles } from "#agent/files.ts";
import { groupId, userId } from "#agent/ownership.ts";
import { makePair } from "#test/peers/pair.ts";
import { bundleOf, noSignal, openBench } from "./bench.ts";

// Real programs on a busy machine.
setDefaultTimeout(30_000);

const isRoot = process.getuid?.() === 0;
const pair = makePair(["site.test"]);

describe("users and groups", () => {
  test("are found by name and by number", () => {
    expect(userId(realFiles, "root")).toBe(0);
    expect(groupId(realFiles, "root")).toBe(0);
    expect(userId(realFiles, "12345")).toBe(12_345);
    expect(() => userId(realFiles, "nobody-of-that-name")).toThrow("there is no user");
    expect(() => groupId(realFiles, "nobody-of-that-name")).toThrow("there is no group");
  });
});

async function deployAs(owner: string, group: string) {
  const directory = mkdtempSync(join(tmpdir(), "certctl-owner-"));
  const bench = openBench({ stateDirectory: join(directory, "agent") });
  const path = join(directory, "site.pem");
  const config = {
    pem_path: path,
    pem_file_owner: owner,
    pem_file_group: group,
    pem_file_mode: "0640",
    reload_command: "true",
    validate_command: "true",
  };
  const target = { id: "tgt-owner", kind: "HAProxy", config };
  const deploy = () => bench.deployer.deploy({ target, bundle: bundleOf(pair) }, noSignal());
  const result = await deploy();
  const stat = realFiles.stat(path) === undefined ? undefined : statSync(path);
  const again = await deploy();
  rmSync(directory, { recursive: true, force: true });
  return { result, again, stat };
}

test.if(isRoot)(
  "owner, group and mode are set as configured, and kept by the next deployment",
  async () => {
    const { result, again, stat } = await deployAs("nobody", "daemon");
    expect(result.outcome).toBe("installed-not-seen");
    expect(stat?.uid).toBe(userId(realFiles, "nobody"));
    expect(stat?.gid).toBe(groupId(realFiles, "daemon"));
    expect(again.outcome).toBe("unchanged");
  },
);

test.if(!isRoot)(
  "an owner that this agent cannot give is an error, and nothing is left",
  async () => {
    const { result, stat } = await deployAs("root", "root");
    expect(result).toMatchObject({ outcome: "failed", error: { stage: "stage" } });
    expect(stat).toBeUndefined();
  },
);
