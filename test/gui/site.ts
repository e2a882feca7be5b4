/** The pages without a browser: requests with a cookie jar, forms read from the HTML and sent as a browser would. */
import type { Database } from "#db/database.ts";
import { authenticator } from "#features/access/authenticate.ts";
import { deferWith } from "#features/approvals/approval.ts";
import { appOf } from "#server/app.ts";
import { identifier } from "#server/authenticate.ts";
import { mountPages } from "#server/pages.ts";
import { openProduct, type ProductOptions, type TestProduct } from "#test/world.ts";
import { type Form, formsIn } from "./html.ts";

export const password = "correct horse battery";

export interface Shown {
  readonly status: number;
  readonly html: string;
  readonly location: string | null;
  readonly headers: Headers;
  readonly forms: readonly Form[];
  /** The form of an operation; with `fields` the one whose hidden fields are these. */
  form(operation: string, fields?: Readonly<Record<string, string>>): Form;
}

export interface Visitor {
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  /** Sends the form with these fields changed; null leaves a field out. */
  send(form: Form, changes?: Changes, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  signIn(name: string): Promise<void>;
}

export type Changes = Readonly<Record<string, string | readonly string[] | null>>;

export interface Site {
  readonly product: TestProduct;
  visitor(): Visitor;
  /** Signed in as a new user with these roles. */
  userWith(...grants: readonly { role: string; team_id?: string }[]): Promise<Visitor>;
}

const origin = "https://certctl.test";

export async function openSite(
  database: Database,
  options: ProductOptions & { readonly authType?: "api-key" | "none" } = {},
): Promise<Site> {
  const product = await openProduct(database, options);
  const { world } = product;
  const { authType = "api-key" } = options;
  const auth = authenticator(world);
  const parts = {
    runner: {
      world,
      subscriptions: product.product.subscriptions,
      defer: deferWith(world, product.product.approvedOperation),
    },
    operations: product.product.operations,
    identify: identifier(world, auth, authType),
    maxBody: options.maxBody ?? 1_048_576,
  };
  const app = appOf({
    ...parts,
    site: { authType, names: ["certctl.test"], corsOrigins: [] },
    trustedProxies: [],
    limits: undefined,
    mounts: [mountPages({ ...parts, authenticator: auth, authType, version: "0.0.0" })],
  });
  const fetch = async (path: string, init: RequestInit): Promise<Response> =>
    await app.fetch(new Request(`${origin}${path}`, init), {
      door: { name: "https", peer: "192.0.2.7", extend() {} },
    });
  let users = 0;
  const visitor = () => visitorWith(fetch);
  return {
    product,
    visitor,
    async userWith(...grants) {
      const name = `user ${++users}`;
      await product.ok("POST", "/api/v1/users", { name, password, grants });
      const it = visitor();
      await it.signIn(name);
      return it;
    },
  };
}

function visitorWith(fetch: (path: string, init: RequestInit) => Promise<Response>): Visitor {
  const cookies = new Map<string, string>();
  const ask = async (path: string, init: RequestInit): Promise<Shown> => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) {
      headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    }
    const response = await fetch(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await response.text();
    const forms = formsIn(html);
    return {
      status: response.status,
      html,
      location: response.headers.get("location"),
      headers: response.headers,
      forms,
      form(operation, fields = {}) {
        const found = forms.find(
          (it) =>
            it.action === `/ui/${operation}` &&
            Object.entries(fields).every(([name, value]) => it.fields.get(name) === value),
        );
        if (!found) throw new Error(`no form of ${operation} at ${path}: ${response.status}`);
        return found;
      },
    };
  };
  const it: Visitor = {
    cookies,
    get: (path, headers = {}) => ask(path, { headers: { accept: "text/html", ...headers } }),
    async send(form, changes = {}, headers = {}) {
      const fields = new URLSearchParams(form.fields);
      for (const [name, value] of Object.entries(changes)) {
        fields.delete(name);
        for (const text of value === null ? [] : [value].flat()) fields.append(name, text);
      }
      return await ask(form.action, {
        method: "POST",
        body: fields.toString(),
        headers: {
          accept: "text/html",
          "content-type": "application/x-www-form-urlencoded",
          "sec-fetch-site": "same-origin",
          ...headers,
        },
      });
    },
    async signIn(name) {
      const page = await it.get("/signin");
      const answer = await it.send(page.form("sessions.create"), { name, password });
      if (answer.status !== 303) throw new Error(`sign-in: ${answer.status} ${answer.html}`);
    },
  };
  return it;
}
