/** Name constraints, clause by clause (RFC 5280 section 4.2.1.10), by property, and with OpenSSL as the judge. */
import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { instant } from "#base/time.ts";
import { type ChainVerdict, verifyChain } from "#pki/chain.ts";
import * as der from "#pki/der.ts";
import { encodeExtension } from "#pki/extensions.ts";
import { nameFromText } from "#pki/name-text.ts";
import {
  type ChainSpec,
  type ConstrainedChain,
  type Constraints,
  chainOf,
  type NameText,
} from "./constrained.ts";
import { openSsl } from "./openssl.ts";

const verify = ({ root, ca, leaf }: ConstrainedChain): ChainVerdict =>
  verifyChain({ leaf, intermediates: [ca], anchors: [root], at: instant(Date.UTC(2026, 0)) });

const isValid = async (spec: ChainSpec): Promise<boolean> => verify(await chainOf(spec)).valid;

describe("a tree", () => {
  const rows: readonly {
    tree: NameText;
    within: readonly NameText[];
    outside: readonly NameText[];
  }[] = [
    {
      tree: "dns:host.example.com",
      within: ["dns:host.example.com", "dns:WWW.Host.example.COM", "dns:*.host.example.com"],
      outside: ["dns:host1.example.com", "dns:xhost.example.com", "dns:example.com"],
    },
    {
      tree: "dns:.example.com",
      within: ["dns:a.example.com", "dns:a.b.example.com"],
      outside: ["dns:example.com", "dns:aexample.com"],
    },
    { tree: "dns:", within: ["dns:any.test", "dns:com"], outside: [] },
    {
      tree: "email:root@example.com",
      within: ["email:root@EXAMPLE.com"],
      outside: ["email:Root@example.com", "email:root@a.example.com", "email:x@example.com"],
    },
    {
      tree: "email:example.com",
      within: ["email:a@example.com", "email:b@Example.com"],
      outside: ["email:a@b.example.com", "email:a@xexample.com"],
    },
    {
      tree: "email:.example.com",
      within: ["email:a@b.example.com", "email:a@c.b.example.com"],
      outside: ["email:a@example.com"],
    },
    {
      tree: "uri:host.example.com",
      within: [
        "uri:https://host.example.com/x",
        "uri:https://HOST.example.com:8443",
        "uri:ftp://u@host.example.com?x",
      ],
      outside: ["uri:https://a.host.example.com/", "uri:https://example.com#host.example.com"],
    },
    {
      tree: "uri:.example.com",
      within: ["uri:https://a.example.com/", "uri:x://a.b.example.com"],
      outside: ["uri:https://example.com/", "uri:https://evil.test/.example.com"],
    },
    {
      tree: "ip:10.16.0.0/12",
      within: ["ip:10.16.0.1", "ip:10.31.255.255"],
      outside: ["ip:10.32.0.0", "ip:11.16.0.1", "ip:::ffff:10.16.0.1"],
    },
    { tree: "ip:0.0.0.0/0", within: ["ip:1.2.3.4"], outside: ["ip:::1"] },
    {
      tree: "ip:2001:db8::/33",
      within: ["ip:2001:db8::1", "ip:2001:db8:7fff::"],
      outside: ["ip:2001:db8:8000::", "ip:10.16.0.1"],
    },
    {
      tree: "dir:O=Acme Inc,C=DE",
      within: [
        "dir:O=Acme Inc,C=DE",
        "dir:CN=a,O=ACME   inc,C=DE",
        "dir:CN=x,OU=y,O=acme inc,C=de",
      ],
      outside: ["dir:O=Acme,C=DE", "dir:C=DE", "dir:O=Acme Inc,C=FR", "dir:O=Acme Inc"],
    },
  ];

  test.each(rows)(
    "$tree holds what is within, and nothing outside",
    async ({ tree, within, outside }) => {
      const verdict = (ca: Constraints, name: NameText) =>
        isValid({ ca, names: [name], leafSubject: [] });
      for (const [names, isIn] of [
        [within, true],
        [outside, false],
      ] as const) {
        for (const name of names) {
          expect([name, await verdict({ permitted: [tree] }, name)]).toEqual([name, isIn]);
          expect([name, await verdict({ excluded: [tree] }, name)]).toEqual([name, !isIn]);
        }
      }
    },
  );
});

describe("names", () => {
  const reason = async (spec: ChainSpec) => {
    const verdict = verify(await chainOf(spec));
    return verdict.valid ? "valid" : verdict.reason;
  };

  test("of a form that no tree speaks of are free", async () => {
    const ca = { permitted: ["dns:example.com"] };
    expect(await reason({ ca, names: ["ip:10.0.0.1", "email:a@b.test", "id:1.2.3"] })).toBe(
      "valid",
    );
  });

  test("of a form that is not understood are refused where a tree speaks of it", async () => {
    const names = ["id:1.2.3"];
    expect(await reason({ ca: { permitted: ["id:1.2.3"] }, names })).toMatch(
      /form that is not und/,
    );
    expect(await reason({ ca: { excluded: ["id:1.2.4"] }, names })).toMatch(/form that is not und/);
    expect(await reason({ ca: { excluded: ["id:1.2.4"] }, names: ["dns:a.test"] })).toBe("valid");
  });

  test.each([
    { name: "dns:a.example.com.", form: "dns:example.com" },
    { name: "dns:.example.com", form: "dns:example.com" },
    { name: "email:example.com", form: "email:example.com" },
    { name: "email:a@b@example.com", form: "email:example.com" },
    { name: "uri:urn:example.com", form: "uri:example.com" },
    { name: "uri:https://10.0.0.1/", form: "uri:example.com" },
    { name: "uri:https://[::1]/", form: "uri:example.com" },
    { name: "uri:https:///example.com", form: "uri:example.com" },
  ])("$name is refused, whatever is said of $form", async ({ name, form }) => {
    expect(await reason({ ca: { permitted: [form] }, names: [name] })).toMatch(
      /cannot be compared/,
    );
    expect(await reason({ ca: { excluded: [form] }, names: [name] })).toMatch(/cannot be compared/);
    expect(await reason({ ca: { permitted: ["id:1.2"] }, names: [name] })).toBe("valid");
  });

  test("that are malformed addresses or not ASCII are refused as well", async () => {
    const rawNames = [der.contextPrimitive(7, Uint8Array.of(10, 0, 0))];
    expect(await reason({ ca: { excluded: ["ip:1.1.1.1/32"] }, rawNames })).toMatch(
      /not understood/,
    );
    const umlaut = [der.contextPrimitive(2, Buffer.from("ä.example.com"))];
    expect(await reason({ ca: { permitted: ["dns:example.com"] }, rawNames: umlaut })).toMatch(
      /not understood/,
    );
  });

  test("with a wildcard reach the one name that a tree excludes", async () => {
    const ca = { excluded: ["dns:secret.example.com"] };
    expect(await reason({ ca, names: ["dns:*.example.com"] })).toMatch(/excluded/);
    expect(await reason({ ca, names: ["dns:*.other.example.com"] })).toBe("valid");
    expect(
      await reason({ ca: { excluded: ["dns:a.b.example.com"] }, names: ["dns:*.example.com"] }),
    ).toBe("valid");
  });

  test("in the subject count: the whole, its e-mail address, and a host where no DNS name is", async () => {
    const leafSubject = nameFromText("CN=evil.test,E=a@evil.test,O=Acme");
    const of = (tree: NameText, names: readonly NameText[] = []) =>
      reason({ ca: { permitted: [tree] }, leafSubject, names });
    expect(await of("dir:O=Acme")).toBe("valid");
    expect(await of("dir:O=Other")).toMatch(
      /the name "CN=evil.test.*" which is not permitted|not per/,
    );
    expect(await of("email:example.com")).toMatch(/the email name "a@evil.test"/);
    expect(await of("dns:example.com")).toMatch(/the dns name "evil.test"/);
    expect(await of("dns:example.com", ["dns:a.example.com"])).toBe("valid");
  });

  test("of the CA below count too, unless it is self-issued", async () => {
    const root = { permitted: ["dir:O=Acme"] };
    const leafSubject = nameFromText("CN=leaf,O=Acme");
    expect(await reason({ root, leafSubject })).toBe(
      '"CN=CA" has the name "CN=CA", which is not permitted by the name constraints of "CN=Root"',
    );
    expect(await reason({ root, leafSubject, caSubject: nameFromText("CN=Root") })).toBe("valid");
    expect(await reason({ root, leafSubject, caSubject: nameFromText("OU=CA,O=Acme") })).toBe(
      "valid",
    );
  });

  test("must please every CA above: trees of one form do not add up", async () => {
    const spec = {
      root: { permitted: ["dns:a.test"] },
      ca: { permitted: ["dns:b.test", "dns:x.a.test"] },
    };
    expect(await isValid({ ...spec, names: ["dns:b.test"] })).toBe(false);
    expect(await isValid({ ...spec, names: ["dns:a.test"] })).toBe(false);
    expect(await isValid({ ...spec, names: ["dns:y.x.a.test"] })).toBe(true);
  });

  test("are not compared without end", async () => {
    const many = (n: number, of: (i: number) => string) =>
      Array.from({ length: n }, (_, i) => of(i));
    const ca = { excluded: many(1_000, (i) => `dns:x${i}.test`) };
    const names = many(400, (i) => `dns:n${i}.example.com`);
    expect(await reason({ ca, names })).toMatch(/too many names to compare/);
    expect(await reason({ ca, names: names.slice(200) })).toBe("valid");
  });
});

describe("constraints that are malformed make the chain invalid", () => {
  const base = der.contextPrimitive(2, Buffer.from("a.test"));
  const subtrees = (...parts: readonly Uint8Array[]) => der.context(0, der.sequence(...parts));
  test.each([
    { name: "empty", value: der.sequence() },
    { name: "an empty list", value: der.sequence(der.context(0)) },
    {
      name: "a minimum",
      value: der.sequence(subtrees(base, der.contextPrimitive(0, Uint8Array.of(1)))),
    },
    {
      name: "a maximum",
      value: der.sequence(subtrees(base, der.contextPrimitive(1, Uint8Array.of(1)))),
    },
    {
      name: "a mask with holes",
      value: der.sequence(
        subtrees(der.contextPrimitive(7, Uint8Array.of(10, 0, 0, 0, 255, 0, 255, 0))),
      ),
    },
    {
      name: "half an address",
      value: der.sequence(subtrees(der.contextPrimitive(7, Uint8Array.of(10, 0, 255, 0)))),
    },
  ])("$name", async ({ value }) => {
    const chain = await chainOf({ raw: encodeExtension("2.5.29.30", true, value) });
    const verdict = verify(chain);
    expect(verdict).toEqual({
      valid: false,
      reason: '"CN=CA" has the extension nameConstraints, which cannot be read',
    });
  });
});

// What follows is drawn from few words, so that names and trees often meet.
const label = fc.constantFrom("a", "b", "B");
const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((it) => `${it.join(".")}.test`);
const dotted = fc.tuple(fc.constantFrom("", "."), host).map((it) => it.join(""));
const mailbox = fc.tuple(fc.constantFrom("r", "R"), host).map((it) => it.join("@"));
const url = fc
  .tuple(fc.constantFrom("https://", "x://"), host, fc.constantFrom("", ":443", "/p", ":1/a.test"))
  .map((it) => it.join(""));
const octets = (length: number) =>
  fc.array(fc.constantFrom(10, 10, 11, 128), { minLength: length, maxLength: length });
const v4 = octets(4).map((it) => it.join("."));
const v6 = octets(8).map((it) => it.map((octet) => octet.toString(16)).join(":"));
const rdn = fc.constantFrom("C=DE", "O=Acme", "O=ACME  ", "OU=a", "OU=b+L=x", "OU=B+L=X");
const directory = fc.array(rdn, { minLength: 1, maxLength: 3 }).map((it) => it.join(","));
const name: fc.Arbitrary<NameText> = fc.oneof(
  host.map((it) => `dns:${it}`),
  mailbox.map((it) => `email:${it}`),
  url.map((it) => `uri:${it}`),
  v4.map((it) => `ip:${it}`),
  v6.map((it) => `ip:${it}`),
  directory.map((it) => `dir:${it}`),
  { arbitrary: fc.constant("id:1.2.3"), weight: 1 },
);
const prefixed = (address: fc.Arbitrary<string>, most: number) =>
  fc.tuple(address, fc.constantFrom(0, 1, 8, 9, 16, most)).map(([it, n]) => `ip:${it}/${n}`);
const tree: fc.Arbitrary<NameText> = fc.oneof(
  fc.oneof(dotted, fc.constantFrom("", "test")).map((it) => `dns:${it}`),
  fc.oneof(dotted, mailbox).map((it) => `email:${it}`),
  dotted.map((it) => `uri:${it}`),
  prefixed(v4, 32),
  prefixed(v6, 128),
  directory.map((it) => `dir:${it}`),
  { arbitrary: fc.constant("id:1.2.3"), weight: 1 },
);
const constraints = fc
  .record({
    permitted: fc.array(tree, { maxLength: 4 }),
    excluded: fc.array(tree, { maxLength: 1 }),
  })
  .filter((it) => it.permitted.length + it.excluded.length > 0);
const subject = (commonName: string) =>
  fc.option(directory, { nil: "OU=z" }).map((it) => nameFromText(`CN=${commonName},${it}`));
const spec: fc.Arbitrary<ChainSpec> = fc.record({
  root: fc.option(constraints, { nil: undefined, freq: 2 }),
  ca: fc.option(constraints, { nil: undefined, freq: 8 }),
  caSubject: subject("CA"),
  leafSubject: fc.oneof(
    subject("leaf"),
    host.map((it) => nameFromText(`CN=${it}`)),
  ),
  names: fc.array(name, { maxLength: 2 }),
});

describe("whatever the names and trees", () => {
  const openssl = openSsl();
  afterAll(() => openssl.remove());

  test("OpenSSL comes to the same verdict", async () => {
    const counts = { valid: 0, invalid: 0 };
    await fc.assert(
      fc.asyncProperty(spec, async (it) => {
        const chain = await chainOf(it);
        const verdict = verify(chain);
        openssl.save("root.pem", "CERTIFICATE", chain.root.der);
        openssl.save("ca.pem", "CERTIFICATE", chain.ca.der);
        openssl.save("leaf.pem", "CERTIFICATE", chain.leaf.der);
        const theirs = verdictOf(() =>
          openssl.run("verify", "-CAfile", "root.pem", "-untrusted", "ca.pem", "leaf.pem"),
        );
        counts[verdict.valid ? "valid" : "invalid"]++;
        const ours = verdict.valid ? "valid" : verdict.reason;
        expect([ours, theirs]).toEqual([ours, verdict.valid ? "valid" : "constraint"]);
      }),
      { numRuns: 400 },
    );
    // A judge who always says the same proves nothing.
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(80);
  }, 120_000);

  test("one more constraint never makes an invalid chain valid, one more name neither", async () => {
    await fc.assert(
      fc.asyncProperty(spec, tree, name, async (it, more, another) => {
        if (await isValid(it)) return;
        const excluded = [...(it.ca?.excluded ?? []), more];
        expect(await isValid({ ...it, ca: { ...it.ca, excluded } })).toBe(false);
        // The first DNS name takes the place of the host in the subject.
        if (another.startsWith("dns:")) return;
        expect(await isValid({ ...it, names: [...(it.names ?? []), another] })).toBe(false);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

/** Any other complaint of OpenSSL would not be about the constraints. */
function verdictOf(work: () => string): string {
  try {
    work();
    return "valid";
  } catch (error) {
    const text = String(error);
    return /permitted subtree violation|excluded subtree violation|unsupported name constraint/.test(
      text,
    )
      ? "constraint"
      : text;
  }
}
