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
import { Live } from "../live.tsx";
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
            <b>{`The token works once, until ${relative(invited.expiresAt, frame.now)}.`}</b>
            {" It is in the first command, and shown only now."}
          </>
        }
      />
      <div class="grid max-w-3xl gap-4">
        <Panel title="1. Join" sub="On the agent's machine" padded>
          <p class="mb-2">
            {"Copy "}
            <code>certctl-agent</code>
            {" there and run:"}
          </p>
          <Secret value={invited.command} label="Join command" id="join-command" />
        </Panel>
        <Panel title="2. Start" padded>
          <p class="mb-2">
            {"Then start it, best as a service ("}
            <a class="a" href="/docs/agents#running" target="_blank">
              how
            </a>
            {"):"}
          </p>
          <Secret value="certctl-agent run" label="Start command" id="start-command" />
        </Panel>
        <Panel title="3. See it here" padded>
          <Joined
            frame={frame}
            token={{ ...invited, name: null, usedAt: null, agent: null }}
            path={joinedPath(invited.id)}
          />
        </Panel>
        <Panel title="Why it trusts this server" padded>
          <p class="mb-2">
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
  readonly token: Pick<
    Output<typeof agentsApi.joinToken>,
    "expiresAt" | "usedAt" | "agent" | "name"
  >;
  /** Where this is asked for again. */
  readonly path: string;
}

function Joined({ frame, token, path }: JoinedProps): Html {
  const { agent, usedAt, expiresAt } = token;
  const isOver = expiresAt <= frame.now;
  const waits = agent === null && !isOver;
  return (
    <Live frame={{ ...frame, here: path }} running={waits} words="Looking every two seconds. ">
      {agent === null ? null : (
        <div class="note good" role="status">
          <Icon name="circle-check" />
          <h3 dir="auto">{`${agent.name} has joined`}</h3>
          <p>
            {usedAt === null ? null : <Time at={usedAt} now={frame.now} />}
            {" "}
            <a class="a" href={`/agents/${encodeURIComponent(agent.id)}`}>
              Open the agent
            </a>
          </p>
        </div>
      )}
      {waits ? (
        <p>
          {"It has not joined yet. "}
          <a class="a" href={path}>
            Look now
          </a>
          {" · "}
          <a class="a" href="/agents">
            It then stands among the agents
          </a>
        </p>
      ) : null}
      {agent === null && isOver ? (
        <p>
          {"The token has expired unused. "}
          <a class="a" href="/agents/new">
            Make another
          </a>
        </p>
      ) : null}
    </Live>
  );
}
