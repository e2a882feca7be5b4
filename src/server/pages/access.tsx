/** Setup, sign-in, API keys, users, audit. */
/** @jsxImportSource hono/jsx */
import { toWire } from "#base/wire.ts";
import { accessApi } from "#features/access/api.ts";
import { UserView } from "#features/access/principal.ts";
import { auditApi } from "#features/audit/api.ts";
import { issuerActionsApi } from "#features/issuers/api.ts";
import { KeysPage, NewKeyForm } from "#views/access/keys.tsx";
import { SetupPage, WelcomeAgentPage, WelcomeCaPage } from "#views/access/setup.tsx";
import { SignInPage } from "#views/access/sign-in.tsx";
import { NewUserPage, UserPage, UsersPage } from "#views/access/users.tsx";
import { AuditPage, resourceKinds } from "#views/audit.tsx";
import { textsOf } from "#views/field-texts.ts";
import { fieldsOf } from "#views/fields.ts";
import type { Choices } from "#views/frame.ts";
import { listingOf } from "./listing.ts";
import { choicesOf, namesOf } from "./lookups.ts";
import { localPath, type Page, type Shown, type Visit } from "./page.ts";

async function setup(visit: Visit): Promise<Shown | Response> {
  const { required } = await visit.read(accessApi.setupStatus);
  if (!required) return goTo("/");
  return { title: "Set up", body: <SetupPage frame={visit.frame} /> };
}

async function welcomeCa(visit: Visit): Promise<Shown> {
  const { frame } = visit;
  const authorities = frame.may(issuerActionsApi.authorities)
    ? (await visit.read(issuerActionsApi.authorities, { id: "iss-local" })).data
    : [];
  const body = <WelcomeCaPage authorities={authorities} now={frame.now} />;
  return { title: "Your certification authority", body };
}

async function welcomeAgent(visit: Visit): Promise<Shown> {
  const choices = { team_id: await choicesOf(visit, "team") };
  const body = <WelcomeAgentPage frame={visit.frame} choices={choices} />;
  return { title: "Your first agent", body };
}

async function signIn(visit: Visit): Promise<Shown | Response> {
  const next = localPath(visit.query.get("next")) ?? "/";
  if (visit.actor.type !== "anonymous") return goTo(next);
  const { required } = await visit.read(accessApi.setupStatus);
  if (required) return goTo("/setup");
  return {
    title: "Sign in",
    body: <SignInPage frame={visit.frame} next={next} carry={undefined} />,
  };
}

const goTo = (location: string) => new Response(null, { status: 303, headers: { location } });

async function keys(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, accessApi.listKeys);
  const teams = list.data.flatMap((it) => it.grants.map((grant) => grant.teamId));
  const names = await namesOf(visit, { team: teams });
  const body = <KeysPage {...{ frame: visit.frame, query, list, names }} />;
  return { title: "API keys", body, status };
}

async function newKey(visit: Visit): Promise<Shown> {
  const body = <NewKeyForm frame={visit.frame} choices={await grantChoices(visit)} />;
  return { title: "New API key", body };
}

const grantChoices = async (visit: Visit): Promise<Choices> => ({
  "grants.team_id": await choicesOf(visit, "team"),
});

async function users(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, accessApi.listUsers);
  const teams = list.data.flatMap((it) => it.grants.map((grant) => grant.teamId));
  const names = await namesOf(visit, { team: teams });
  const body = <UsersPage {...{ frame: visit.frame, query, list, names }} />;
  return { title: "Users", body, status };
}

async function newUser(visit: Visit): Promise<Shown> {
  const body = <NewUserPage frame={visit.frame} choices={await grantChoices(visit)} />;
  return { title: "New user", body };
}

async function user(visit: Visit): Promise<Shown> {
  const found = await visit.read(accessApi.getUser, { id: visit.params["id"] });
  const wire = { ...Object(toWire(UserView, found)), disabled: found.disabledAt !== null };
  const values = textsOf(fieldsOf(accessApi.updateUser), wire);
  const choices = await grantChoices(visit);
  const body = <UserPage {...{ frame: visit.frame, user: found, values, choices }} />;
  return { title: found.name, body };
}

async function audit(visit: Visit): Promise<Shown> {
  const { list, query, status } = await listingOf(visit, auditApi.list);
  const kinds = Object.entries(resourceKinds).map(([type, kind]) => [
    kind,
    list.data.filter((it) => it.resourceType === type).map((it) => it.resourceId),
  ]);
  const names = await namesOf(visit, Object.fromEntries(kinds));
  const body = <AuditPage {...{ frame: visit.frame, query, list, names }} />;
  return { title: "Audit", body, status };
}

export const accessPages: readonly Page[] = [
  { path: "/setup", isPublic: true, load: setup },
  { path: "/welcome/ca", load: welcomeCa },
  { path: "/welcome/agent", load: welcomeAgent },
  { path: "/signin", isPublic: true, load: signIn },
  { path: "/keys", load: keys },
  { path: "/keys/new", needs: accessApi.createKey, load: newKey },
  { path: "/users", load: users },
  { path: "/users/new", needs: accessApi.createUser, load: newUser },
  { path: "/users/:id", load: user },
  { path: "/audit", load: audit },
];
