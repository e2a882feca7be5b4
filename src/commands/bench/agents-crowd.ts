/** The processes that play agents: started, told whom to play, and heard of. */
import { searchPath } from "../demo/child.ts";
import type { SimulatedAgent, Told } from "./agents-helper.ts";
import { ownCommand } from "./server.ts";
import type { Endpoint } from "./wire.ts";

export interface Crowd {
  /** Resolves when this agent's poll brings work. */
  nextWork(agentId: string): Promise<void>;
  /** Connections that were lost. */
  failures(): number;
  stop(): Promise<void>;
}

/** Resolves when every agent has its connection. */
export async function startCrowd(
  endpoint: Endpoint,
  agents: readonly SimulatedAgent[],
  helpers: number,
): Promise<Crowd> {
  const waiting = new Map<string, () => void>();
  let failures = 0;
  const size = Math.ceil(agents.length / helpers);
  const started = Array.from({ length: helpers }, (_, i) => {
    const ready = Promise.withResolvers<void>();
    const hear = (told: Told) => {
      if (told.kind === "ready") ready.resolve();
      if (told.kind === "lost") failures++;
      if (told.kind === "work") waiting.get(told.agent)?.();
    };
    const child = startHelper(endpoint, agents.slice(i * size, (i + 1) * size), hear);
    void child.exited.then((status) => ready.reject(new Error(`a helper ended with ${status}`)));
    return { child, ready: ready.promise };
  });
  const stop = async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await Promise.all(started.map(({ child }) => child.exited));
  };
  try {
    await Promise.all(started.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    nextWork: (agentId) => new Promise((resolve) => waiting.set(agentId, resolve)),
    failures: () => failures,
    stop,
  };
}

function startHelper(
  endpoint: Endpoint,
  agents: readonly SimulatedAgent[],
  hear: (told: Told) => void,
) {
  const child = Bun.spawn([...ownCommand(), "bench", "agents-helper"], {
    env: { PATH: searchPath, HOME: "/tmp" },
    stdin: Buffer.from(JSON.stringify({ endpoint, agents })),
    stdout: "pipe",
    stderr: "inherit",
  });
  void readLines(child.stdout, (line) => hear(JSON.parse(line) as Told));
  return child;
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}
