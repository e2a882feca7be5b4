/** What needs a person: the problem, why, and the button that does the next step. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { contracts } from "#features/apis.ts";
import type { Attention } from "#features/overview/attention.ts";
import { type Given, OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { lengthInWords } from "../time.tsx";
import { nextWords, problemOf, reasonOf } from "./attention-words.ts";
import type { DashboardProps } from "./props.ts";

export function AttentionPanel({ attention, frame }: DashboardProps): Html {
  const { data, total } = attention;
  return (
    <Panel title="Needs attention" id="attention" sub={total > 0 ? "Most urgent first" : null}>
      {total === 0 ? <Nothing /> : null}
      <ol class="att">
        {data.map((it, at) => (
          <Item of={it} frame={frame} first={at === 0} />
        ))}
      </ol>
      {total > data.length ? (
        <p class="pf">{`${total - data.length} more, less urgent, follow when these are settled.`}</p>
      ) : null}
    </Panel>
  );
}

function Nothing(): Html {
  return (
    <div class="empty">
      <Icon name="circle-check" class="good" />
      <p>Nothing needs anybody.</p>
    </div>
  );
}

const icons: Readonly<Record<Attention["kind"], IconName>> = {
  certificate_expired: "circle-x",
  renewal_failed: "triangle-alert",
  issuance_failed: "triangle-alert",
  deployment_failed: "undo-2",
  served_other: "eye",
  agent_offline: "unplug",
  issuer_failed: "plug",
  authority_expires: "network",
  expires_unplanned: "hourglass",
  deployment_not_seen: "eye-off",
  job_failed: "list-checks",
  schedule_failed: "timer",
  approval: "stamp",
  approval_awaited: "stamp",
};

interface ItemProps {
  readonly of: Attention;
  readonly frame: Frame;
  /** Its button is the filled one. */
  readonly first: boolean;
}

function Item({ of, frame, first }: ItemProps): Html {
  const [before, after] = problemOf(of);
  const reason = reasonOf(of, frame.now);
  const since = of.since === null ? undefined : lengthInWords(Math.max(frame.now - of.since, 0));
  return (
    <li id={`att-${of.key.replaceAll(/[^\w-]/g, "-")}`}>
      <Icon name={icons[of.kind]} class={of.severity} />
      <div dir="auto">
        <a class="n" href={of.path}>
          <b>{before}</b>
        </a>
        {` ${after}`}
        <p class="sub">
          {reason}
          {since === undefined ? null : <span class="wide-only">{` Since ${since}.`}</span>}
        </p>
      </div>
      <div class="acts">
        <Action of={of} frame={frame} first={first} />
      </div>
    </li>
  );
}

/** The operation that helps, where the input is complete; else the page that shows them. */
function Action({ of, frame, first }: ItemProps): Html {
  const [help] = of.actions;
  const contract = contracts.find((it: Contract) => it.name === help?.operation);
  const isDecision = of.kind === "approval" || contract?.bulk !== undefined;
  if (help && contract && !isDecision) {
    return (
      <OperationForm
        of={contract}
        frame={frame}
        hidden={givenOf(help.input)}
        only={[]}
        submit={nextWords[help.operation] ?? contract.summary}
        primary={first}
        small
      />
    );
  }
  return (
    <a class={first ? "btn btn-sm btn-primary" : "btn btn-sm"} href={of.path}>
      {buttonWords(of)}
    </a>
  );
}

/** A number only where the page shows just these. */
function buttonWords({ kind, count, isExact }: Attention): string {
  const words = kind === "approval" ? "Review" : "Show";
  if (count === 1) return words;
  return isExact ? `${words} the ${count.toLocaleString("en-US")}` : `${words} all`;
}

/** As a form's hidden fields. */
function givenOf(input: Readonly<Record<string, unknown>>): Given {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}
