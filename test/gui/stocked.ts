/** A server with an administrator and some certificates, made through the API, for tests of what pages do with them. */
import { csr } from "#test/csr.ts";
import { type FreshServer, startFreshServer } from "./rig.ts";

export const password = "correct horse battery";

export interface Stocked extends FreshServer {
  /** As administrator; throws unless it succeeds. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes
  call(method: string, path: string, body?: unknown): Promise<any>;
}

export async function startStocked(env: Readonly<Record<string, string>> = {}): Promise<Stocked> {
  const server = await startFreshServer(env);
  const send = async (method: string, path: string, key: string | undefined, body?: unknown) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      tls: { rejectUnauthorized: false },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  try {
    const { api_key: key } = await send("POST", "/setup", undefined, {
      code: server.setupCode,
      name: "root",
      password,
      api_key_name: "tests",
    });
    return { ...server, call: (method, path, body) => send(method, path, key, body) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function addCertificate(server: Stocked, name: string): Promise<string> {
  const { id } = await server.call("POST", "/certificates", { name, csr_pem: await csr([name]) });
  return id;
}
