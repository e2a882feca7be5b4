/** Answers that hold a secret: shown once as the answer to the form itself, and kept nowhere. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import type { Outcome } from "#features/call.ts";
import { NewKeyPage } from "#views/access/keys.tsx";
import { FirstKeyPage } from "#views/access/setup.tsx";
import { InvitedPage } from "#views/agents/invite.tsx";
import type { Frame } from "#views/frame.ts";
import type { Html } from "#views/html.ts";
import type { FormInput } from "./form-input.ts";
import { openSession, sessionCookieOf, visitorOfSession } from "./session.tsx";
import { respond } from "./show.tsx";
import { outputOf, type Request, type Site, type Visitor, visitOf } from "./site.ts";

interface Done {
  readonly contract: Contract;
  readonly outcome: Outcome;
  readonly input: FormInput;
}

/** The page with the secret; undefined for operations that have none. */
export async function shownOnce(
  site: Site,
  c: Request,
  visitor: Visitor,
  it: Done,
): Promise<Response | undefined> {
  switch (it.contract.name) {
    case accessApi.setup.name:
      return await afterSetup(site, c, it);
    case accessApi.createKey.name: {
      const key = outputOf(accessApi.createKey, it.outcome);
      return await page(site, c, visitor, "/keys", "The new API key", () => (
        <NewKeyPage created={key} />
      ));
    }
    case agentsApi.createJoinToken.name: {
      const token = outputOf(agentsApi.createJoinToken, it.outcome);
      const view = (frame: Frame) => <InvitedPage frame={frame} invited={token} />;
      return await page(site, c, visitor, "/agents", "Join the agent", view);
    }
    default:
      return undefined;
  }
}

async function page(
  site: Site,
  c: Request,
  visitor: Visitor,
  path: string,
  title: string,
  body: (frame: Frame) => Html,
): Promise<Response> {
  const place = { path, query: new URLSearchParams(), params: {}, sent: undefined };
  const visit = visitOf(site, c, visitor, place);
  return await respond(site, c, visitor, { title, body: body(visit.frame), status: 200, visit });
}

/** The first administrator is signed in at once. */
async function afterSetup(site: Site, c: Request, it: Done): Promise<Response> {
  const { name, password } = it.input.raw;
  const token = await openSession(site, c, { name, password });
  const { apiKey } = outputOf(accessApi.setup, it.outcome);
  if (apiKey === null) {
    const headers = { location: "/welcome/ca", "set-cookie": sessionCookieOf(token) };
    return new Response(null, { status: 303, headers });
  }
  const visitor = await visitorOfSession(site, c, token);
  const body = <FirstKeyPage apiKey={apiKey} />;
  const response = await page(site, c, visitor, "/", "Your API key", () => body);
  response.headers.append("set-cookie", sessionCookieOf(token));
  return response;
}
