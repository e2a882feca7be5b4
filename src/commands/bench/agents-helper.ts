/** One process that plays many agents: each polls, and sends its heartbeat between two polls. Told whom by standard input. */
import { type Endpoint, openWire, type Wire } from "./wire.ts";

export interface SimulatedAgent {
  readonly id: string;
  readonly credential: string;
}

/** A line of what is told. */
export type Told =
  | { readonly kind: "ready" }
  | { readonly kind: "lost"; readonly agent: string; readonly why: string }
  | { readonly kind: "work"; readonly agent: string };

interface Orders {
  readonly endpoint: Endpoint;
  readonly agents: readonly SimulatedAgent[];
}

/** Handshakes at a time; the server answers a thousand or two a second. */
const atOnce = 50;

/** Runs until it is ended from outside. */
export async function agentsHelper(): Promise<number> {
  // Written by `agents-crowd.ts` of this executable.
  const { endpoint, agents } = (await Bun.stdin.json()) as Orders;
  for (let at = 0; at < agents.length; at += atOnce) {
    const some = agents.slice(at, at + atOnce);
    const wires = await Promise.all(
      some.map((agent) => openWire({ ...endpoint, token: agent.credential })),
    );
    for (const [index, agent] of some.entries()) {
      const wire = wires[index];
      if (wire) void live(agent, wire, (at + index) / agents.length);
    }
  }
  tell({ kind: "ready" });
  return await new Promise<number>(() => undefined);
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/** `phase` in [0, 1) spreads the first heartbeats over a minute, and with them everything after. */
async function live(agent: SimulatedAgent, wire: Wire, phase: number): Promise<void> {
  const path = `/api/v1/agents/${agent.id}`;
  try {
    let wait = Math.round(phase * 30);
    for (;;) {
      for (let poll = 0; poll < 2; poll++) {
        const { status, body } = await wire.send("GET", `${path}/work?wait=${wait}`);
        if (status !== 200) throw new Error(`the poll was answered ${status}: ${body}`);
        const { count } = JSON.parse(String(body)) as { readonly count: number };
        if (count > 0) tell({ kind: "work", agent: agent.id });
        wait = 30;
      }
      const { status } = await wire.send("POST", `${path}/heartbeat`, heartbeatOf(agent));
      if (status !== 200) throw new Error(`the heartbeat was answered ${status}`);
    }
  } catch (error) {
    tell({ kind: "lost", agent: agent.id, why: String(error) });
  }
}

const heartbeatOf = ({ id }: SimulatedAgent): string =>
  JSON.stringify({
    hostname: id,
    os: "linux",
    architecture: "x64",
    ip_address: "127.0.0.1",
    version: "0.1.0",
    capabilities: [],
  });
