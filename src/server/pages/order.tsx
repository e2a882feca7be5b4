/** The page of an order in steps: what was typed so far, judged by the server, and what may be made on the way. */
/** @jsxImportSource hono/jsx */
import { type FieldError, Problem } from "#base/problem.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import type { CertificateWithTargets, CheckedOrder } from "#features/certificates/certificate.ts";
import { NewCertificatePage } from "#views/certificates/new.tsx";
import { addressOf, steps } from "#views/certificates/new-steps.ts";
import { startingTexts } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Choices, Texts } from "#views/frame.ts";
import { readForm } from "./form-input.ts";
import { choicesOf } from "./lookups.ts";
import type { Shown, Visit } from "./page.ts";

/** What an order and a change choose from. */
export async function orderChoices(visit: Visit, of?: CertificateWithTargets): Promise<Choices> {
  const [owners, teams, issuers, agents, profiles, policies, targets] = await Promise.all([
    choicesOf(visit, "owner", of ? [of.ownerId] : []),
    choicesOf(visit, "team", of ? [of.teamId] : []),
    choicesOf(visit, "issuer", of ? [of.issuerId] : []),
    choicesOf(visit, "agent"),
    choicesOf(visit, "profile", of ? [of.certificateProfileId] : []),
    choicesOf(visit, "policy", of ? [of.renewalPolicyId] : []),
    choicesOf(visit, "target", of?.targetIds),
  ]);
  return {
    owner_id: owners,
    team_id: teams,
    issuer_id: issuers,
    agent_id: agents,
    certificate_profile_id: profiles,
    renewal_policy_id: policies,
    target_ids: targets,
  };
}

/** What only the page knows of. */
const ownParameters: ReadonlySet<string> = new Set(["step", "make"]);

export async function order(visit: Visit): Promise<Shown | Response> {
  const { frame, query } = visit;
  const fields = fieldsOf(certificatesApi.create);
  const names = [...new Set(query.keys())].filter((it) => !ownParameters.has(it));
  const known = names.filter((name) => fields.some((it) => it.name === name));
  const texts = Object.fromEntries(known.map((name) => [name, query.getAll(name)]));
  if (query.get("make") === "target") return makeTarget(texts);
  const asked = Number(query.get("step") ?? 1);
  const step = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), steps.length) : 1;
  const { raw, errors } = readForm(fields, texts);
  const isBlank = Object.values(texts).every((all) => all.every((it) => it === ""));
  const checked = isBlank ? undefined : await checkedOrder(visit, raw, errors);
  // Nobody is led past what the server would refuse: back to the step that asks for it.
  const wrong = step > 1 && step < steps.length ? firstWrong(checked, texts) : undefined;
  if (wrong !== undefined && wrong < step) return toStep(texts, wrong);
  const choices = await orderChoices(visit);
  const usual = { ...startingTexts(fields), ...texts };
  const body = (
    <NewCertificatePage
      {...{ frame, step, choices, checked }}
      texts={usual}
      make={query.get("make")}
    />
  );
  return { title: "New certificate", body };
}

/** The first step in which something was typed that is refused. */
function firstWrong(checked: CheckedOrder | undefined, texts: Texts): number | undefined {
  const names = (checked?.problems ?? []).map((it) => it.path.split(".")[0] ?? "");
  const typed = names.filter((name) => texts[name]?.some((text) => text !== ""));
  const at = steps.findIndex(({ fields }) => typed.some((name) => fields.includes(name)));
  return at < 0 ? undefined : at + 1;
}

const toStep = (texts: Texts, step: number): Response =>
  new Response(null, { status: 303, headers: { location: addressOf(texts, step) } });

/** A target takes steps of its own, and leads back into the order with the new one chosen beside the others. */
function makeTarget(texts: Texts): Response {
  const next = `${addressOf(texts, 2)}&target_ids={id}`;
  const location = `/targets/new?${new URLSearchParams({ next })}`;
  return new Response(null, { status: 303, headers: { location } });
}

/** What cannot be read at all is a problem of the order as well. */
async function checkedOrder(
  visit: Visit,
  raw: Readonly<Record<string, unknown>>,
  errors: readonly FieldError[],
): Promise<CheckedOrder> {
  const nothing = {
    commonName: null,
    sans: [],
    keyAlgorithm: "–",
    isClientKey: false,
    keyHolders: 0,
    targets: 0,
    notBefore: null,
    notAfter: null,
    renewAt: null,
    requiresApproval: false,
    usedBy: [],
  };
  if (errors.length > 0) return { ...nothing, problems: [...errors] };
  try {
    return await visit.read(certificatesApi.check, raw);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "invalid-input") throw error;
    return { ...nothing, problems: [...error.errors] };
  }
}
