/** Adding an agent: a join token, and the exact command to run on its machine. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { Instant } from "#base/time.ts";
import { agentsApi } from "#features/agents/api.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Secret } from "../secret.tsx";
import { Time } from "../time.tsx";

export function InvitePage({
  frame,
  choices,
}: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <h1>Add an agent</h1>
      <p>
        An agent makes keys on its own machine, installs certificates there and looks whether they
        are served. It joins with a token that works once.
      </p>
      <OperationForm
        of={agentsApi.createJoinToken}
        frame={frame}
        choices={choices}
        submit="Make the join command"
      />
    </>
  );
}

export interface InvitedProps {
  readonly invited: z.output<(typeof agentsApi)["createJoinToken"]["output"]>;
  readonly now: Instant;
}

export function InvitedPage({ invited, now }: InvitedProps): Html {
  return (
    <>
      <h1>Join the agent</h1>
      <ol>
        <li>
          <p>
            Copy <code>certctl-agent</code> to the machine and run this there. The token in it is
            shown this once, and works once.
          </p>
          <Secret value={invited.command} label="Join command" />
          <p class="sub">
            {"Valid until "}
            <Time at={invited.expiresAt} now={now} />
          </p>
        </li>
        <li>
          <p>Then start it:</p>
          <Secret value="certctl-agent run" label="Start command" />
        </li>
        <li>
          <a href="/agents">It then stands among the agents</a>
        </li>
      </ol>
      <p class="sub">
        {"The agent trusts this server because of the fingerprint of its CA: "}
        <code>{invited.caFingerprint}</code>
      </p>
    </>
  );
}
