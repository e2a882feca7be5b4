/** `runCli` against a small HTTP server that speaks the contracts' wire: what is sent, printed, and the exit status. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type CliIo, runCli } from "#src/cli.ts";

let server: ReturnType<typeof Bun.serve>;
let seen: { method: string; path: string; headers: Headers; body: unknown };
let answer: () => Response = () => Response.json({});

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const url = new URL(request.url);
      const text = await request.text();
      seen = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      return answer();
    },
  });
});
afterAll(() => server.stop(true));

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function certctl(argv: readonly string[], more: Partial<CliIo> = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const io: CliIo = {
    stdout: {
      write: (text, done) => {
        out += text;
        done();
      },
    },
    stderr: {
      write: (text, done) => {
        err += text;
        done();
      },
    },
    env: { CERTCTL_SERVER_URL: server.url.href, CERTCTL_API_KEY: "cck_env" },
    readFile: (path) => {
      if (path === "/etc") throw Object.assign(new Error("a directory"), { code: "EISDIR" });
      return { "/key": "cck_file\n", "/req.pem": "PEM\n" }[path];
    },
    isTty: false,
    columns: 80,
    fetch,
    ...more,
  };
  const status = await runCli(argv, io);
  return { status, out, err };
}

const rows = [
  {
    id: "mc-1",
    name: "a",
    common_name: "a.example",
    status: "Active",
    not_after: "2027-01-01T00:00:00Z",
  },
  { id: "mc-2", name: "b", common_name: "b.example", status: "Failed", not_after: null },
];
const page = { data: rows, total: 12, page: 1, per_page: 2, next_cursor: "abc" };

describe("a list", () => {
  test("is a table of its telling columns; how it goes on stands on standard error", async () => {
    answer = () => Response.json(page);
    const { status, out, err } = await certctl([
      "certs",
      "list",
      "--status",
      "active",
      "--per-page",
      "2",
    ]);
    expect(status).toBe(0);
    expect(seen).toMatchObject({
      method: "GET",
      path: "/api/v1/certificates?status=active&per_page=2",
    });
    expect(seen.headers.get("authorization")).toBe("Bearer cck_env");
    expect(out.split("\n")).toEqual([
      "ID    NAME  COMMON NAME  STATUS  ENVIRONMENT  ISSUER ID  NOT AFTER             CREATED AT",
      "mc-1  a     a.example    Active  -            -          2027-01-01T00:00:00Z  -",
      "mc-2  b     b.example    Failed  -            -          -                     -",
      "",
    ]);
    expect(err).toBe("2 of 12; go on with --cursor abc\n");
  });

  test("is the server's own JSON with --format json", async () => {
    answer = () => Response.json(page);
    const { out, err } = await certctl(["certs", "list", "--format", "json"]);
    expect(JSON.parse(out)).toEqual(page);
    expect(err).toBe("");
  });

  test("is one member a line with --only", async () => {
    answer = () => Response.json(page);
    expect((await certctl(["certs", "list", "--only", "id"])).out).toBe("mc-1\nmc-2\n");
    expect((await certctl(["certs", "list", "--only", "not_after"])).out).toBe(
      "2027-01-01T00:00:00Z\n\n",
    );
    const wrong = await certctl(["certs", "list", "--only", "idd"]);
    expect(wrong).toMatchObject({ status: 2, out: "" });
  });

  test("has colours on a terminal, unless NO_COLOR is set", async () => {
    answer = () => Response.json(page);
    expect((await certctl(["certs", "list"], { isTty: true })).out).toContain("\u001b[32mActive");
    const env = { CERTCTL_SERVER_URL: server.url.href, NO_COLOR: "1" };
    expect((await certctl(["certs", "list"], { isTty: true, env })).out).not.toContain("\u001b");
  });
});

describe("other answers", () => {
  test("a write sends a body and prints what came of it", async () => {
    answer = () => Response.json({ id: "mc-9", status: "Active", job_id: null }, { status: 201 });
    const argv = ["certs", "create", "--sans", "a.example,b.example", "--csr-pem", "@/req.pem"];
    const { status, out } = await certctl([...argv, "--idempotency-key", "k1"]);
    expect(status).toBe(0);
    expect(seen).toMatchObject({
      method: "POST",
      path: "/api/v1/certificates",
      body: { sans: ["a.example", "b.example"], csr_pem: "PEM\n" },
    });
    expect(seen.headers.get("idempotency-key")).toBe("k1");
    expect(out).toBe("id:     mc-9\nstatus: Active\njob_id: -\n");
  });

  test("a change names the revision it has seen", async () => {
    answer = () => Response.json({ id: "t-1" });
    await certctl(["teams", "update", "t-1", "--name", "ops", "--if-match", "3"]);
    expect(seen).toMatchObject({
      method: "PATCH",
      path: "/api/v1/teams/t-1",
      body: { name: "ops" },
    });
    expect(seen.headers.get("if-match")).toBe('"3"');
  });

  test("nothing is done", async () => {
    answer = () => new Response(null, { status: 204 });
    expect(await certctl(["certs", "archive", "mc-1"])).toEqual({
      status: 0,
      out: "done\n",
      err: "",
    });
  });

  test("what waits for approval names its job", async () => {
    answer = () => Response.json({ status: "awaiting_approval", job_id: "job-1" }, { status: 202 });
    const { status, out } = await certctl(["certs", "renew", "mc-1"]);
    expect(status).toBe(0);
    expect(out).toContain("job_id: job-1\n");
  });

  test("a stream is copied as it is, and --format is the stream's own", async () => {
    answer = () =>
      new Response('{"a":1}\n{"a":2}\n', { headers: { "content-type": "application/x-ndjson" } });
    const { out } = await certctl(["audit", "export", "--format", "ndjson"]);
    expect(seen.path).toBe("/api/v1/audit/export?format=ndjson");
    expect(out).toBe('{"a":1}\n{"a":2}\n');
  });
});

describe("what goes wrong", () => {
  test("a problem is printed with its fields and the request id, exit status 1", async () => {
    answer = () =>
      Response.json(
        {
          type: "urn:certctl:problem:refused",
          title: "Refused by policy",
          detail: "two names are refused",
          request_id: "req-7",
          errors: [{ path: "sans.0", message: "has a bad\u001b[2J label" }],
        },
        { status: 422 },
      );
    expect(await certctl(["certs", "renew", "mc-1"])).toEqual({
      status: 1,
      out: "",
      err: "error: Refused by policy: two names are refused\n  sans.0: has a bad\ufffd[2J label\nrequest id: req-7\n",
    });
  });

  test("a server that is not there is exit status 1", async () => {
    const gone = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const { href } = gone.url;
    await gone.stop(true);
    const { status, err } = await certctl(["--server", href, "certs", "list"]);
    expect(status).toBe(1);
    expect(err).toStartWith(`error: cannot reach ${href.replace(/\/$/, "")}: `);
  });

  test.each([
    { argv: [], expected: "error: which command?\nsee: certctl --help\n" },
    { argv: ["crts"], expected: "did you mean certs?\nsee: certctl --help\n" },
    { argv: ["certs", "lst"], expected: "did you mean certs list?\nsee: certctl certs --help\n" },
    {
      argv: ["certs", "list", "--stat", "x"],
      expected: "did you mean --status?\nsee: certctl certs list --help\n",
    },
    { argv: ["--sever", "x", "certs", "list"], expected: "did you mean --server?" },
    { argv: ["--server", "ftp://x", "certs", "list"], expected: "--server must be a URL" },
    {
      argv: ["--server", "http://pki.example", "certs", "list"],
      expected: "--server must be https",
    },
    {
      argv: ["--server", "https://pki.example", "--insecure", "certs", "list"],
      expected: "--insecure works for loopback only",
    },
    {
      argv: ["--api-key-file", "/none", "certs", "list"],
      expected: "--api-key-file: there is no /none",
    },
    {
      argv: ["--ca-bundle", "/none", "certs", "list"],
      expected: "--ca-bundle: there is no /none",
    },
    {
      argv: ["--ca-bundle", "/etc", "certs", "list"],
      expected: "--ca-bundle: /etc cannot be read (EISDIR)",
    },
    {
      argv: ["certs", "create", "--csr-pem", "@/etc"],
      expected: "--csr-pem: /etc cannot be read (EISDIR)",
    },
    { argv: ["completion", "fish"], expected: "completion knows one shell: bash" },
  ])("$argv is exit status 2", async ({ argv, expected }) => {
    const { status, out, err } = await certctl(argv);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(expected);
  });

  test("a closed output is quiet", async () => {
    answer = () => Response.json(page);
    const stdout = { write: (_: string, done: (error: Error) => void) => done(new Error("EPIPE")) };
    expect(await certctl(["certs", "list"], { stdout })).toMatchObject({ status: 1 });
  });
});

test("the key of a file wins over the environment's", async () => {
  answer = () => Response.json(page);
  await certctl(["certs", "list", "--api-key-file", "/key"]);
  expect(seen.headers.get("authorization")).toBe("Bearer cck_file");
});

test.each([
  { argv: ["--help"], expected: "Usage: certctl NOUN VERB" },
  { argv: ["help"], expected: "Usage: certctl NOUN VERB" },
  { argv: ["certs"], expected: "certctl certs renew " },
  { argv: ["certs", "--help"], expected: "certctl certs renew " },
  { argv: ["certs", "renew", "--help"], expected: "Usage: certctl certs renew ID" },
  { argv: ["certs", "renew", "-h"], expected: "Usage: certctl certs renew ID" },
  { argv: ["help", "certs", "renew"], expected: "Usage: certctl certs renew ID" },
])("$argv explains itself on standard output", async ({ argv, expected }) => {
  const { status, out } = await certctl(argv);
  expect(status).toBe(0);
  expect(out).toContain(expected);
});
