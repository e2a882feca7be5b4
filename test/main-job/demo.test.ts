import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { look } from "./look.ts";

const root = join(import.meta.dir, "../..");
const built = process.env["CERTCTL_TEST_BINARY"];
const command = built
  ? [join(dirname(built), "certctl")]
  : [process.execPath, join(root, "src/main.ts")];

interface Ready {
  readonly url: string;
  readonly site: string;
  readonly serverName: string;
  readonly certificate: string;
  readonly output: string;
  stop(): Promise<number>;
}

async function demo(directory: string): Promise<Ready> {
  const child = Bun.spawn([...command, "demo"], { cwd: directory, stdout: "pipe", stderr: "pipe" });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    const match =
      /certctl demo ready: URL=(\S+) SITE=(\S+) SERVER_NAME=(\S+) CERTIFICATE=(\S+)\n/.exec(output);
    if (!match) continue;
    const [, url = "", site = "", serverName = "", certificate = ""] = match;
    const stop = async () => {
      child.kill("SIGTERM");
      return await child.exited;
    };
    return { url, site, serverName, certificate, output, stop };
  }
  throw new Error(`the demo ended: ${output}${await new Response(child.stderr).text()}`);
}

test("the demo shows a certificate issued, deployed to NGINX and seen, and finds it again at its second start", async () => {
  const directory = mkdtempSync(join(tmpdir(), "certctl-demo-"));
  try {
    const first = await demo(directory);
    expect(first.output).toContain("installed in NGINX");
    expect(first.output).not.toContain("stands in for it");
    const anchors = readFileSync(join(directory, "data/demo/ca.pem"), "utf8");
    const port = Number(first.site.split(":")[1]);
    const leaf = await look(port, first.serverName, anchors);
    expect(leaf.authorized).toBe(true);
    expect(first.output).toContain(leaf.fingerprint);
    expect(first.output).toMatch(/sign in: https:\S+ as admin with the password \S+/);
    expect(await first.stop()).toBe(0);
    const second = await demo(directory);
    expect(second.certificate).toBe(first.certificate);
    expect((await look(port, second.serverName, anchors)).fingerprint).toBe(leaf.fingerprint);
    await second.stop();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
