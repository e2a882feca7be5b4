/** Hostile requests and strange certificates that nobody here wrote: every one gets a Problem, a finding, or a value. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "#base/problem.ts";
import { instant } from "#base/time.ts";
import { parseForeignCertificate } from "#pki/certificate-reader.ts";
import { runChecks } from "#pki/issuance-checks.ts";
import { usualKeyUsage } from "#pki/key-usage.ts";
import { subjectAltNameIsCritical } from "#pki/local-ca.ts";
import { parsePem } from "#pki/pem.ts";
import { parseRequest } from "#pki/request.ts";
import { validityFrom } from "#pki/validity.ts";
import { conformancePath, filesBelow, sayNotRun } from "./conformance.ts";

const { VERBOSE } = process.env;
const verbose = VERBOSE === "1";
const generator = conformancePath("hostile", "gen.py");
const certificates = conformancePath("data");

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly expect: "reject" | "reject-or-sanitise" | "no-5xx";
  readonly why: string;
}

/** The Python that has the generator's library: Debian's own before whatever is first on the path. */
const pythons = ["/usr/bin/python3", "python3"];

/** Makes the cases in a directory of its own; the caller removes it. */
function makeCases(seed: number): { readonly folder: string; readonly cases: readonly Case[] } {
  const folder = mkdtempSync(join(tmpdir(), "certctl-hostile-"));
  const runs = pythons.map(
    (python) => () => spawnSync(python, [generator ?? "", folder, `${seed}`]),
  );
  const outputs: string[] = [];
  const made = runs.some((run) => {
    const { status, stderr } = run();
    outputs.push(`${stderr}`);
    return status === 0;
  });
  if (!made) throw new Error(`the generator failed:\n${outputs.join("\n")}`);
  const lines = readFileSync(join(folder, "manifest.jsonl"), "utf8").trim().split("\n");
  return { folder, cases: lines.map((line) => JSON.parse(line) as Case) };
}

const now = instant(Date.UTC(2026, 10, 23));
const validity = validityFrom(now, 90 * 86_400_000);

/** What became of a request: refused with a reason, or fit for issuance. */
function judge(bytes: Uint8Array): { readonly refused: string | undefined; readonly ca: boolean } {
  try {
    const request = parseRequest(bytes);
    const findings = runChecks(request, {
      validity,
      issuerValidity: validity,
      issuerPublicKey: new Uint8Array(),
      keyUsage: usualKeyUsage(request.key),
      extendedKeyUsage: ["serverAuth", "clientAuth"],
      subjectAltNameCritical: subjectAltNameIsCritical(request.subjectDer),
      commonName: "any",
    });
    const refused = findings.map(({ rule, message }) => `${rule}: ${message}`).join("; ");
    return { refused: refused || undefined, ca: request.requested.basicConstraints?.ca === true };
  } catch (problem) {
    if (problem instanceof Problem) return { refused: problem.detail, ca: false };
    throw problem;
  }
}

if (generator === undefined) {
  sayNotRun("hostile requests and strange certificates");
  test.skip("hostile requests and strange certificates: set CERTCTL_CONFORMANCE", () => {});
} else {
  describe.each([8894, 1, 2026])("hostile requests made with the seed %d", (seed) => {
    test("are refused with a reason or harmless, and none takes long", () => {
      const { folder, cases } = makeCases(seed);
      try {
        const requests = cases.filter(({ kind }) => kind === "csr");
        expect(requests.length).toBeGreaterThan(200);
        const wrong: string[] = [];
        for (const { id, file, expect: wanted, why } of requests) {
          const bytes = new Uint8Array(readFileSync(join(folder, file)));
          const began = performance.now();
          const { refused, ca } = judge(bytes);
          const took = performance.now() - began;
          if (verbose) console.log(`${id} [${wanted}] ${refused ?? "ISSUED"}`);
          if (wanted === "reject" && refused === undefined)
            wrong.push(`${id}: ${why} was accepted`);
          if (refused === undefined && ca) wrong.push(`${id}: a CA request was accepted`);
          if (took > 1_000) wrong.push(`${id}: took ${Math.round(took)} ms`);
        }
        expect(wrong).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }, 60_000);

    test("and hostile certificates get a value or a Problem", () => {
      const { folder, cases } = makeCases(seed);
      try {
        let read = 0;
        for (const { file } of cases.filter(({ kind }) => kind === "cert")) {
          read += readAll(new Uint8Array(readFileSync(join(folder, file)))).read;
        }
        expect(read).toBeGreaterThan(30);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }, 60_000);
  });

  test("every certificate of the lint collections is read or refused with a Problem", () => {
    const refusals: string[] = [];
    let read = 0;
    const files = filesBelow(certificates ?? "").filter((it) =>
      /\.(pem|der|crt\w*|crl\w*)$/.test(it),
    );
    for (const file of files) {
      const result = readAll(new Uint8Array(readFileSync(file)));
      read += result.read;
      refusals.push(...result.refusals.map((why) => `${file.split("/").at(-1)}: ${why}`));
    }
    console.log(
      `foreign certificates: ${files.length} files, ${read} read, ${refusals.length} refused`,
    );
    if (verbose) console.log(refusals.join("\n"));
    expect(files.length).toBeGreaterThan(1_000);
    expect(read).toBeGreaterThan(1_000);
    // The collections also hold CRLs and OCSP responses; every certificate is read.
    expect(refusals.filter((it) => !/crl|ocsp/i.test(it))).toEqual([]);
  }, 60_000);
}

/** Reads every certificate in a file of either form. Anything but a Problem is thrown on. */
function readAll(bytes: Uint8Array): {
  readonly read: number;
  readonly refusals: readonly string[];
} {
  const refusals: string[] = [];
  let read = 0;
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      refusals.push(problem.detail);
    }
  };
  attempt(() => {
    const isDer = bytes[0] === 0x30;
    const ders = isDer
      ? [bytes]
      : parsePem(Buffer.from(bytes).toString("latin1"), { maximumBlocks: 1_000 }).map(
          ({ der }) => der,
        );
    for (const der of ders) {
      attempt(() => {
        parseForeignCertificate(der);
        read++;
      });
    }
  });
  return { read, refusals };
}
