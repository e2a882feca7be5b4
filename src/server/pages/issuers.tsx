/** Issuers: list, a new one by type, one with its test and its authorities. */
/** @jsxImportSource hono/jsx */
import { toWire } from "#base/wire.ts";
import { findIssuerKind, issuerKinds } from "#connectors/issuers/index.ts";
import { issuerActionsApi, issuersApi } from "#features/issuers/api.ts";
import { IssuerView } from "#features/issuers/issuer.ts";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf, type Nested } from "#views/fields.ts";
import { IssuerPage } from "#views/issuers/detail.tsx";
import { IssuersPage } from "#views/issuers/list.tsx";
import { NewIssuerPage } from "#views/issuers/new.tsx";
import { listingOf } from "./listing.ts";
import type { Page, Shown, Visit } from "./page.ts";

async function list(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, issuersApi.list);
  return {
    title: "Issuers",
    body: <IssuersPage {...{ frame: visit.frame, query, list }} />,
    status,
  };
}

async function create(visit: Visit): Promise<Shown> {
  const type = visit.query.get("type") ?? "";
  const chosen = type === "json" ? "json" : findIssuerKind(type);
  const body = <NewIssuerPage frame={visit.frame} kinds={issuerKinds} chosen={chosen} />;
  return { title: "New issuer", body };
}

async function detail(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const [issuer, authorities] = await Promise.all([
    visit.read(issuersApi.get, input),
    visit.read(issuerActionsApi.authorities, input),
  ]);
  const kind = findIssuerKind(issuer.type);
  const nested: Nested = kind ? { config: kind.config } : {};
  const values = textsOf(fieldsOf(issuersApi.update, nested), toWire(IssuerView, issuer));
  const body = (
    <IssuerPage
      {...{ frame: visit.frame, issuer, values, nested }}
      authorities={authorities.data}
    />
  );
  return { title: issuer.name, body };
}

export const issuerPages: readonly Page[] = [
  { path: "/issuers", load: list },
  { path: "/issuers/new", load: create },
  { path: "/issuers/:id", load: detail },
];
