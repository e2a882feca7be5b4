/** Looking at certificates: list, detail, versions, PEM. */
import { windowOf } from "#base/page.ts";
import { notFound } from "#base/problem.ts";
import type { Instant } from "#base/time.ts";
import { encodePem } from "#pki/pem.ts";
import type { Context } from "../context.ts";
import { read } from "../handler.ts";
import { certificatesApi } from "./api.ts";
import type { CertificateWithTargets } from "./certificate.ts";
import { statusNamed } from "./criteria.ts";
import { listCertificates } from "./list-queries.ts";
import * as queries from "./queries.ts";
import * as versions from "./version-queries.ts";

export async function loadCertificate(
  ctx: Pick<Context, "reader" | "scope">,
  id: string,
): Promise<queries.CertificateRow> {
  const row = await queries.findCertificate(ctx.reader, id, ctx.scope);
  if (!row) throw notFound("certificate", id);
  return row;
}

export const list = read(certificatesApi.list, async (ctx, input) => {
  const { status, ...rest } = input;
  const page = await listCertificates(ctx.scanner, windowOf(input, "-created_at"), {
    ...rest,
    scope: ctx.scope,
    now: ctx.clock.now(),
    status: status === undefined ? undefined : statusNamed(status),
  });
  return { ...page, data: [...page.data] };
});

export async function viewWithTargets(
  db: Context["reader"],
  row: queries.CertificateRow,
  now: Instant,
): Promise<CertificateWithTargets> {
  const targets = await queries.listTargetsOf(db, row.pk);
  return { ...queries.certificateView(row, now), targetIds: targets.map((it) => it.id) };
}

export const get = read(certificatesApi.get, async (ctx, { id }) =>
  viewWithTargets(ctx.reader, await loadCertificate(ctx, id), ctx.clock.now()),
);

export const listVersions = read(certificatesApi.versions, async (ctx, input) => {
  const certificate = await loadCertificate(ctx, input.id);
  const window = windowOf(input, "-created_at");
  const page = await versions.listVersions(ctx.reader, window, certificate);
  return { ...page, data: [...page.data] };
});

export const exportPem = read(certificatesApi.exportPem, async (ctx, { id, versionId }) => {
  const certificate = await loadCertificate(ctx, id);
  const [version] =
    versionId === undefined
      ? await versions.listCurrent(ctx.reader, certificate.pk)
      : [await versions.findVersion(ctx.reader, certificate.pk, versionId)];
  if (!version) throw notFound("version of", id);
  const certPem = encodePem("CERTIFICATE", version.certificate);
  const chainPem = versions.pemOfChain(await versions.loadChain(ctx.reader, version.chain_pk));
  return { id, certPem, chainPem, fullPem: certPem + chainPem };
});
