/** Issuers: list, a new one by type, one with its test and its authorities, changing and deleting it. */
/** @jsxImportSource hono/jsx */
import { notFound } from "#base/problem.ts";
import { toWire } from "#base/wire.ts";
import { findIssuerKind, issuerKinds } from "#connectors/issuers/index.ts";
import type { IssuerKind } from "#connectors/issuers/issuer.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuerActionsApi, issuersApi } from "#features/issuers/api.ts";
import { IssuerView } from "#features/issuers/issuer.ts";
import { statsApi } from "#features/overview/stats-api.ts";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf, type Nested } from "#views/fields.ts";
import { IssuerPage } from "#views/issuers/detail.tsx";
import { DeleteIssuerPage, EditIssuerPage } from "#views/issuers/edit.tsx";
import { IssuersPage } from "#views/issuers/list.tsx";
import { NewIssuerPage } from "#views/issuers/new.tsx";
import { listingOf } from "./listing.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const [{ list, query, status }, strips] = await Promise.all([
    listingOf(visit, issuersApi.list),
    stripsOf(visit),
  ]);
  const titles = new Map(issuerKinds.map((it) => [it.kind, it.title]));
  const body = <IssuersPage {...{ frame: visit.frame, query, list, strips, titles }} />;
  return { title: "Issuers", body, status };
}

async function stripsOf(visit: Visit) {
  if (!visit.frame.may(statsApi.issuers)) return undefined;
  const { data } = await visit.read(statsApi.issuers);
  return new Map(data.map((it) => [it.id, it]));
}

async function create(visit: Visit): Promise<Shown> {
  const type = visit.query.get("type") ?? "";
  const chosen = type === "json" ? "json" : findIssuerKind(type);
  const body = <NewIssuerPage frame={visit.frame} kinds={issuerKinds} chosen={chosen} />;
  return { title: "New issuer", body };
}

async function detail(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const issuer = await visit.read(issuersApi.get, input);
  const { frame } = visit;
  const [authorities, strips, certificates, events] = await Promise.all([
    visit.read(issuerActionsApi.authorities, input),
    stripsOf(visit),
    certificatesFrom(visit, issuer.id),
    frame.may(auditApi.list)
      ? visit.read(auditApi.list, { resource_id: issuer.id, per_page: 8 })
      : undefined,
  ]);
  const nested = nestedOf(findIssuerKind(issuer.type));
  const fields = fieldsOf(issuersApi.update, nested);
  const body = (
    <IssuerPage
      {...{ frame, issuer, certificates }}
      kind={findIssuerKind(issuer.type)?.title ?? issuer.type}
      fields={fields.filter(({ key }) => key === "config")}
      values={textsOf(fields, toWire(IssuerView, issuer))}
      authorities={authorities.data}
      strip={strips?.get(issuer.id)}
      events={events?.data}
    />
  );
  return { title: issuer.name, body };
}

const nestedOf = (kind: IssuerKind | undefined): Nested => (kind ? { config: kind.config } : {});

/** How many the reader may see. */
async function certificatesFrom(visit: Visit, id: string): Promise<number | undefined> {
  if (!visit.frame.may(certificatesApi.list)) return undefined;
  return (await visit.read(certificatesApi.list, { issuer_id: id, per_page: 1 })).total;
}

const crumbOf = ({ id, name }: IssuerView) => [{ label: name, path: `/issuers/${id}` }];

async function edit(visit: Visit): Promise<Shown> {
  const issuer = await visit.read(issuersApi.get, { id: visit.params["id"] });
  const nested = nestedOf(findIssuerKind(issuer.type));
  const values = textsOf(fieldsOf(issuersApi.update, nested), toWire(IssuerView, issuer));
  return {
    title: "Edit",
    crumbs: crumbOf(issuer),
    body: <EditIssuerPage {...{ frame: visit.frame, issuer, values, nested }} />,
  };
}

async function remove(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const issuer = await visit.read(issuersApi.get, input);
  const [{ total }, certificates = 0] = await Promise.all([
    visit.read(issuerActionsApi.authorities, input),
    certificatesFrom(visit, issuer.id),
  ]);
  return {
    title: "Delete",
    crumbs: crumbOf(issuer),
    body: (
      <DeleteIssuerPage {...{ frame: visit.frame, issuer, certificates }} authorities={total} />
    ),
  };
}

/** All certificates of its authorities, root first, or one of them. */
async function pem(visit: Visit): Promise<Response> {
  const id = visit.params["id"] ?? "";
  const { data } = await visit.read(issuerActionsApi.authorities, { id });
  const wanted = visit.query.get("authority");
  const chosen = wanted === null ? data : data.filter((it) => it.id === wanted);
  if (chosen.length === 0) throw notFound("authority", wanted ?? id);
  return new Response(chosen.map((it) => `${it.certificatePem.trimEnd()}\n`).join(""), {
    headers: {
      "content-type": "application/x-pem-file",
      "content-disposition": `attachment; filename="${wanted ?? id}.pem"`,
    },
  });
}

export const issuerPages: readonly Page[] = [
  { path: "/issuers", load: list },
  { path: "/issuers/new", needs: issuersApi.create, load: create },
  { path: "/issuers/:id", load: detail },
  { path: "/issuers/:id/edit", needs: issuersApi.update, load: edit },
  { path: "/issuers/:id/delete", needs: issuersApi.remove, load: remove },
  { path: "/issuers/:id/pem", load: pem },
];
