/** How a job stands, in a sentence: what it waits for, and on whom. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { AgentView } from "#features/agents/agent.ts";
import type { JobDetail } from "#features/work/job-view.ts";
import type { Html } from "../html.ts";
import { relative, shortly, Time } from "../time.tsx";
import { standingOf, waitsForAgent } from "./words.ts";

export interface SentenceProps {
  readonly of: JobDetail;
  /** Undefined: it has none, or the reader may not see it. */
  readonly agent: AgentView | undefined;
  readonly now: Instant;
}

export function Sentence({ of, agent, now }: SentenceProps): Html {
  if (agent && waitsForAgent(of) && agent.status !== "Online")
    return <Missing agent={agent} now={now} />;
  switch (of.status) {
    case "Pending":
      if (of.runAfter <= now)
        return <>{`It is due and waits for ${waitsForAgent(of) ? "its agent" : "a worker"}.`}</>;
      return (
        <>
          {"The next attempt is due "}
          <Time at={of.runAfter} now={now} />
        </>
      );
    case "AwaitingCSR":
      return <>The agent makes the key and hands in its certificate signing request.</>;
    case "AwaitingApproval":
      return <>{awaited(of)}</>;
    case "Running":
      return <>{`Attempt ${of.attempts} of ${of.maxAttempts} is under way.`}</>;
    case "Paused":
      return <>It is paused; what has not been done waits.</>;
    case "Completed":
      return (
        <>
          {standingOf(of).of === "Failed" ? "It went through all of them " : "It was completed "}
          <Time at={of.completedAt} now={now} />
        </>
      );
    case "Failed":
      return <>{of.attempts <= 1 ? "It was tried once." : `It was tried ${of.attempts} times.`}</>;
    case "Cancelled":
      return <>It was cancelled.</>;
  }
}

/** Who has to act: the reader, or others. */
function awaited({ mayDecide, approversNeeded, decisions, requestedBy }: JobDetail): string {
  const given = decisions.filter((it) => it.decision === "approved").length;
  const left = Math.max((approversNeeded ?? 1) - given, 1);
  const more = given > 0 ? ` ${given} of ${approversNeeded ?? 1} have approved it.` : "";
  if (mayDecide) return `Asked for by ${requestedBy}; it waits for your decision.${more}`;
  const who = left === 1 ? "Somebody else has" : `${left} other people have`;
  return `${who} to approve it: approvers and administrators may.${more}`;
}

/** Nobody else can do what the agent does. */
function Missing({ agent, now }: { readonly agent: AgentView; readonly now: Instant }): Html {
  const { lastHeartbeatAt: heard, retiredAt } = agent;
  return (
    <>
      {"It waits for "}
      <a class="a" href={`/agents/${agent.id}`} dir="auto">
        {agent.name}
      </a>
      {retiredAt === null ? silence(heard, now) : ", which was retired: nobody will do it."}
    </>
  );
}

function silence(heard: Instant | null, now: Instant): string {
  if (heard === null) return ", which was never heard of.";
  return `, which has been silent since ${shortly(heard)} (${relative(heard, now)}): nothing happens until it is back.`;
}
