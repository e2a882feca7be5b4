/** What a second start of the demo must find again: one file in the data directory, readable by its owner alone. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";

const DemoState = z.strictObject({
  serverPort: z.int(),
  httpPort: z.int(),
  sitePort: z.int(),
  admin: z.string(),
  password: z.string().optional(),
  apiKey: z.string().optional(),
  certificateId: z.string().optional(),
});
export type DemoState = z.output<typeof DemoState>;

const pathOf = (dataDir: string): string => join(dataDir, "demo.json");

export async function loadState(
  dataDir: string,
  wanted: { https: number; http: number },
): Promise<DemoState> {
  const path = pathOf(dataDir);
  if (existsSync(path)) return DemoState.parse(JSON.parse(readFileSync(path, "utf8")));
  return {
    serverPort: await freePort(wanted.https),
    httpPort: await freePort(wanted.http),
    sitePort: await freePort(9443),
    admin: "admin",
  };
}

export function saveState(dataDir: string, state: DemoState): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(pathOf(dataDir), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** The wanted port when it is free, else any. */
async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const taken = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(taken));
    });
  });
}
