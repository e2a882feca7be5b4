/** Adding an agent: a join token, the exact commands for its machine, and when it has joined. */
/** @jsxImportSource hono/jsx */
import type { Output } from "#base/contract.ts";
import { agentsApi } from "#features/agents/api.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import { Help } from "../help-link.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { Secret } from "../secret.tsx";
import { relative, Time } from "../time.tsx";

export function InvitePage({
  frame,
  choices,
}: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <Head
        title="Add an agent"
        status={<Help of="agent" />}
        lede="An agent makes keys on its own machine, installs certificates there and looks whether they are served. It joins with a token that works once."
      />
      <OperationForm
        of={agentsApi.createJoinToken}
        frame={frame}
        choices={choices}
        submit="Make the join command"
        cancel="/agents"
      />
    </>
  );
}

type Invited = Output<typeof agentsApi.createJoinToken>;

export interface InvitedProps {
  readonly frame: Frame;
  readonly invited: Invited;
}

export function InvitedPage({ frame, invited }: InvitedProps): Html {
  return (
    <>
      <Head
        title="Join the agent"
        lede={
          <>
            <b>{`The token works once, and expires ${relative(invited.expiresAt, frame.now)}.`}</b>
            {" It is in the first command, and shown only now."}
          </>
        }
      />
      <div class="prose1">
        <Panel title="1. Join" sub="On the agent's machine" padded>
          <p>
            {"Copy "}
            <code>certctl-agent</code>
            {" there and run:"}
          </p>
          <Secret value={invited.command} label="Join command" id="join-command" />
        </Panel>
        <Panel title="2. Start" padded>
          <p>
            {"Then start it, best as a service ("}
            <a class="a" href="/docs/agents#running" target="_blank" rel="noopener">
              how
            </a>
            {"):"}
          </p>
          <Secret value="certctl-agent run" label="Start command" id="start-command" />
        </Panel>
        <Panel title="3. See it here" padded>
          <Joined
            frame={frame}
            token={{ expiresAt: invited.expiresAt, usedAt: null, agent: null }}
            path={joinedPath(invited.id)}
          />
        </Panel>
        <Panel title="Why it trusts this server" padded>
          <p>
            The command carries the SHA-256 fingerprint of the server's CA; the agent joins no
            other.
          </p>
          <Secret value={invited.caFingerprint} label="Fingerprint" id="ca-fingerprint" />
        </Panel>
      </div>
    </>
  );
}

export const joinedPath = (id: string): string => `/agents/new/${encodeURIComponent(id)}`;

/** What the page above asks for every two seconds; by itself it is a page too, for when there is no script. */
export function JoinedPage({
  frame,
  token,
}: {
  readonly frame: Frame;
  readonly token: Output<typeof agentsApi.joinToken>;
}): Html {
  return (
    <>
      <Head title="Join the agent" lede="The commands were shown once, when the token was made." />
      <Panel title="Has it joined?" padded>
        <Joined frame={frame} token={token} path={joinedPath(token.id)} />
      </Panel>
    </>
  );
}

interface JoinedProps {
  readonly frame: Frame;
  readonly token: Pick<Output<typeof agentsApi.joinToken>, "expiresAt" | "usedAt" | "agent">;
  /** Where this is asked for again. */
  readonly path: string;
}

function Joined({ frame, token, path }: JoinedProps): Html {
  const { agent, expiresAt } = token;
  if (agent !== null) return <HasJoined frame={frame} token={token} agent={agent} />;
  if (expiresAt <= frame.now) {
    return (
      <p id="joined">
        {"The token has expired unused. "}
        <a class="a" href="/agents/new">
          Make another
        </a>
      </p>
    );
  }
  return (
    <p id="joined" hx-get={path} hx-nonce={frame.nonce} {...again}>
      {"It has not joined yet. "}
      <a class="a" href={path}>
        Look now
      </a>
      {", or later "}
      <a class="a" href="/agents">
        among the agents
      </a>
      .
    </p>
  );
}

/** A failed look leaves what is there. */
const again = {
  "hx-trigger": "every 3s",
  "hx-target": "#joined",
  "hx-select": "#joined",
  "hx-swap": "outerMorph",
  "hx-status:4xx": "swap:none",
  "hx-status:5xx": "swap:none",
};

function HasJoined({
  frame,
  token,
  agent,
}: Pick<JoinedProps, "frame" | "token"> & {
  readonly agent: { readonly id: string; readonly name: string };
}): Html {
  return (
    <div class="note good" role="status" id="joined">
      <Icon name="circle-check" />
      <h3 dir="auto">{`${agent.name} has joined`}</h3>
      <p>
        <Time at={token.usedAt} now={frame.now} />
        {". Next: "}
        <a class="a" href={`/agents/${encodeURIComponent(agent.id)}`}>
          see whether it is in touch
        </a>
        {", or "}
        <a class="a" href={`/targets/new?agent_id=${encodeURIComponent(agent.id)}`}>
          describe what it serves
        </a>
        .
      </p>
    </div>
  );
}
