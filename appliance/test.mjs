// `npm test`: fetches what the tests need, runs every check and test, ends with `N passed, M failed`.
// `npm run test:peers` runs the group of peers that come as Go or Python packages.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAssets, installPackages, requireBun, root } from "./tools.mjs";

const peersOnly = process.argv.includes("--peers");
installPackages();
const bun = requireBun();
buildAssets();
const env = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  CERTCTL_TEST_BINARY: join(root, "dist/certctl"),
};

const which = (name) => env.PATH.split(":").some((directory) => existsSync(join(directory, name)));

/** Programs that nobody here wrote, and the Debian package each comes from. */
const peers = [
  ["nginx", "nginx"],
  ["haproxy", "haproxy"],
  ["openssl", "openssl"],
  ["pebble", "pebble"],
  ["chromium", "chromium"],
  ["promtool", "prometheus"],
];
const hasPostgres = () =>
  existsSync("/usr/lib/postgresql") &&
  readdirSync("/usr/lib/postgresql").some((version) =>
    existsSync(`/usr/lib/postgresql/${version}/bin/initdb`),
  );

const totals = { passed: 0, failed: 0 };
const groups = [];

function fetchPeers() {
  const missing = () => [
    ...peers.filter(([program]) => !which(program)).map(([, name]) => name),
    ...(hasPostgres() ? [] : ["postgresql"]),
  ];
  if (missing().length > 0 && process.getuid?.() === 0) {
    const apt = (...args) =>
      spawnSync("apt-get", args, {
        stdio: "inherit",
        env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      });
    console.log(`fetching from Debian: ${missing().join(", ")}`);
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", ...missing());
  }
  // A peer that cannot be had is a failure that says what to do, never a silent skip.
  for (const name of missing()) {
    totals.failed++;
    console.error(`MISSING PEER ${name}: install it with: apt-get install ${name}`);
  }
}

/** Runs a program; counts it as one check. */
function check(name, command, args) {
  console.log(`\n== ${name}`);
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  const ok = done.status === 0;
  totals[ok ? "passed" : "failed"]++;
  groups.push(`${ok ? "pass" : "FAIL"}  ${name}`);
}

/** Runs tests; their own counts are what counts. */
function suite(name, paths, timeout = 120_000) {
  console.log(`\n== ${name}`);
  const report = join(tmpdir(), `certctl-${process.pid}-${groups.length}.xml`);
  const args = [
    "test",
    "--timeout",
    String(timeout),
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...paths,
  ];
  const done = spawnSync(bun, args, { cwd: root, stdio: "inherit", env });
  const xml = existsSync(report) ? readFileSync(report, "utf8") : "";
  rmSync(report, { force: true });
  const head = /<testsuites[^>]*>/.exec(xml)?.[0] ?? "";
  const number = (key) => Number(new RegExp(`${key}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = Math.max(number("failures") + number("errors"), done.status === 0 ? 0 : 1);
  const skipped = number("skipped");
  totals.passed += Math.max(0, number("tests") - number("failures") - skipped);
  totals.failed += failed;
  groups.push(
    `${failed === 0 ? "pass" : "FAIL"}  ${name}: ${number("tests") - skipped} tests, ${failed} failed, ${skipped} not run`,
  );
}

if (peersOnly) {
  suite("peers from Go and Python packages", ["./test/peers-group"], 600_000);
} else {
  fetchPeers();
  check("types, lint, dependency rule, unused code, docs, units", bun, ["test/check.ts"]);
  check("build the executables", bun, ["appliance/build.ts"]);
  suite("database", ["./test/database"]);
  suite("pki", ["./test/pki"]);
  suite("agent", ["./test/agent"]);
  suite("features on both databases", ["./test/features"]);
  suite("API and command line", ["./test/api", "./test/cli", "./test/bench"]);
  suite("ACME", ["./test/acme"]);
  suite("main job with the built executables", ["./test/main-job"], 300_000);
  suite("browser", ["./test/gui"], 300_000);
  const shared = env.CERTCTL_CONFORMANCE;
  if (shared === undefined) groups.push("not run  conformance: CERTCTL_CONFORMANCE is not set");
  else suite("conformance", ["./test/conformance"], 600_000);
}
console.log(`\n${groups.join("\n")}\n`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
