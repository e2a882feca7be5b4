/** Certificates: list, order, one with everything about it, PEM download. */
/** @jsxImportSource hono/jsx */
import type { Output } from "#base/contract.ts";
import { invalid } from "#base/problem.ts";
import { toWire } from "#base/wire.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import {
  type CertificateView,
  CertificateWithTargets,
} from "#features/certificates/certificate.ts";
import { deploymentsApi } from "#features/deployments/api.ts";
import { workApi } from "#features/work/api.ts";
import type { JobView } from "#features/work/job-view.ts";
import { activeStates } from "#jobs/state.ts";
import { parsePemOf } from "#pki/pem.ts";
import { ComparePage } from "#views/certificates/compare.tsx";
import { CertificatePage } from "#views/certificates/detail.tsx";
import {
  ArchiveCertificatePage,
  EditCertificatePage,
  ForceRenewalPage,
  RequestRenewalPage,
} from "#views/certificates/edit.tsx";
import { CertificatesPage } from "#views/certificates/list.tsx";
import { isAllChosen } from "#views/certificates/selected.tsx";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Choices } from "#views/frame.ts";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import { order, orderChoices } from "./order.tsx";
import type { Page, Shown, Visit } from "./page.ts";

/** So many boxes can be ticked on one page: their ids travel in an address, which is not to have more than 12,000 characters. */
const mostTicked = 200;

async function list(visit: Visit): Promise<Shown> {
  // Whether one job takes all that match is known only by their number.
  const counting = isAllChosen(visit.query) ? { count: "exact" } : {};
  const { list, query, status } = await listingOf(visit, certificatesApi.list, {
    ...counting,
    ...(Number(visit.query.get("per_page")) > mostTicked ? { per_page: mostTicked } : {}),
  });
  const [names, choices] = await Promise.all([
    namesOf(visit, {
      issuer: list.data.map((it) => it.issuerId),
      owner: list.data.map((it) => it.ownerId),
      team: list.data.map((it) => it.teamId),
    }),
    filterChoices(visit),
  ]);
  const { frame } = visit;
  const body = <CertificatesPage {...{ frame, query, list, names, choices }} />;
  return { title: "Certificates", body, status };
}

export async function filterChoices(visit: Visit): Promise<Choices> {
  const [owners, teams, issuers, agents, profiles, policies] = await Promise.all([
    choicesOf(visit, "owner"),
    choicesOf(visit, "team"),
    choicesOf(visit, "issuer"),
    choicesOf(visit, "agent"),
    choicesOf(visit, "profile"),
    choicesOf(visit, "policy"),
  ]);
  return {
    owner_id: owners,
    team_id: teams,
    issuer_id: issuers,
    agent_id: agents,
    profile_id: profiles,
    renewal_policy_id: policies,
  };
}

async function detail(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const { frame } = visit;
  const certificate = await visit.read(certificatesApi.get, input);
  const [versions, deployments, served, jobs, events] = await Promise.all([
    visit.read(certificatesApi.versions, { ...input, per_page: 20 }),
    visit.read(deploymentsApi.list, { ...input, per_page: 20 }),
    visit.read(deploymentsApi.list, { ...input, in_place: true, per_page: 500 }),
    jobsOf(visit, certificate.id),
    eventsOf(visit, certificate.id),
  ]);
  const names = await namesOf(visit, {
    certificate: [certificate.id],
    owner: [certificate.ownerId],
    team: [certificate.teamId],
    issuer: [certificate.issuerId, ...versions.data.map((it) => it.issuerId)],
    profile: [certificate.certificateProfileId],
    policy: [certificate.renewalPolicyId],
    agent: [...versions.data.map((it) => it.holder), ...jobs.map((it) => it.agentId)],
    target: jobs.map((it) => it.targetId),
  });
  const body = (
    <CertificatePage
      {...{ frame, certificate, jobs, events, names }}
      versions={versions.data}
      deployments={deployments.data}
      served={served.data}
      running={isRunning(certificate, jobs)}
    />
  );
  return { title: certificate.name, body };
}

async function eventsOf(visit: Visit, id: string) {
  if (!visit.frame.may(auditApi.list)) return undefined;
  return (await visit.read(auditApi.list, { resource_id: id, per_page: 8 })).data;
}

const crumbOf = ({ id, name }: CertificateView) => [{ label: name, path: `/certificates/${id}` }];

async function edit(visit: Visit): Promise<Shown> {
  const certificate = await visit.read(certificatesApi.get, { id: visit.params["id"] });
  const fields = fieldsOf(certificatesApi.update);
  const values = textsOf(fields, toWire(CertificateWithTargets, certificate));
  const choices = await orderChoices(visit, certificate);
  const { frame } = visit;
  return {
    title: "Edit",
    crumbs: crumbOf(certificate),
    body: <EditCertificatePage {...{ frame, certificate, values, choices }} />,
  };
}

async function archive(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const certificate = await visit.read(certificatesApi.get, input);
  const places = { ...input, in_place: true, per_page: 1 };
  const { total } = await visit.read(deploymentsApi.list, places);
  return {
    title: "Archive",
    crumbs: crumbOf(certificate),
    body: <ArchiveCertificatePage frame={visit.frame} certificate={certificate} served={total} />,
  };
}

async function force(visit: Visit): Promise<Shown> {
  const certificate = await visit.read(certificatesApi.get, { id: visit.params["id"] });
  return {
    title: "Renew by force",
    crumbs: crumbOf(certificate),
    body: <ForceRenewalPage frame={visit.frame} certificate={certificate} />,
  };
}

async function request(visit: Visit): Promise<Shown> {
  const certificate = await visit.read(certificatesApi.get, { id: visit.params["id"] });
  return {
    title: "Renew with a new signing request",
    crumbs: crumbOf(certificate),
    body: <RequestRenewalPage frame={visit.frame} certificate={certificate} />,
  };
}

async function compare(visit: Visit): Promise<Shown> {
  const input = { id: visit.params["id"] };
  const certificate = await visit.read(certificatesApi.get, input);
  const query = Object.fromEntries(visit.query);
  const of = await visit.read(certificatesApi.compare, { ...query, ...input });
  return {
    title: "Compare",
    crumbs: crumbOf(certificate),
    body: <ComparePage name={certificate.name} of={of} />,
  };
}

async function jobsOf(visit: Visit, certificateId: string): Promise<readonly JobView[]> {
  if (!visit.frame.may(workApi.list)) return [];
  const page = await visit.read(workApi.list, { certificate_id: certificateId, per_page: 10 });
  return page.data;
}

function isRunning(certificate: CertificateView, jobs: readonly JobView[]): boolean {
  const { status } = certificate;
  if (status === "Pending" || status === "RenewalInProgress") return true;
  return jobs.some((it) => activeStates.includes(it.status));
}

async function pem(visit: Visit): Promise<Response> {
  const id = visit.params["id"] ?? "";
  const exported = await visit.read(certificatesApi.exportPem, { id });
  const part = visit.query.get("part") ?? "full";
  const made = partsOf[part];
  if (!made) throw invalid("part", `must be one of ${Object.keys(partsOf).join(", ")}`);
  const { suffix, type, content } = made(exported);
  return new Response(content, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${id}${suffix}"`,
    },
  });
}

type Exported = Output<(typeof certificatesApi)["exportPem"]>;

interface Part {
  readonly suffix: string;
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

const pemPart = (suffix: string, content: string): Part => ({
  suffix: `${suffix}.pem`,
  type: "application/x-pem-file",
  content,
});

const partsOf: Readonly<Record<string, (it: Exported) => Part>> = {
  full: (it) => pemPart("", it.fullPem),
  cert: (it) => pemPart("-cert", it.certPem),
  chain: (it) => pemPart("-chain", it.chainPem),
  der: (it) => ({
    suffix: ".cer",
    type: "application/pkix-cert",
    content: new Uint8Array(parsePemOf("CERTIFICATE", it.certPem)[0] ?? []),
  }),
};

export const certificatePages: readonly Page[] = [
  { path: "/certificates", load: list },
  { path: "/certificates/new", needs: certificatesApi.create, load: order },
  { path: "/certificates/:id", load: detail },
  { path: "/certificates/:id/edit", needs: certificatesApi.update, load: edit },
  { path: "/certificates/:id/archive", needs: certificatesApi.archive, load: archive },
  { path: "/certificates/:id/renew", needs: certificatesApi.renew, load: force },
  { path: "/certificates/:id/renew-request", needs: certificatesApi.renew, load: request },
  { path: "/certificates/:id/compare", load: compare },
  { path: "/certificates/:id/pem", load: pem },
];
