/** The life of the current version on one line: asked for, issued, in place, seen; and ahead: renewal, expiry. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Life, shareOf } from "../life.tsx";
import { Panel } from "../panel.tsx";
import { dateOf, lengthInWords, shortly, Time, took } from "../time.tsx";
import { lifeStateOf } from "./cells.tsx";
import { type LifecycleProps, type Step, stepsOf } from "./lifecycle-steps.tsx";

export function Lifecycle(props: LifecycleProps): Html | null {
  const { certificate, versions, now } = props;
  const current = versions.find((it) => it.isCurrent);
  if (!current) return null;
  const { notBefore, notAfter } = current;
  const used = shareOf(notBefore, notAfter, now);
  const life = lengthInWords(notAfter - notBefore) ?? "no time";
  const holders = versions.filter((it) => it.isCurrent).length;
  const sub =
    holders === 1 ? "The current version" : `The current versions of ${holders} key holders`;
  return (
    <Panel title="Lifecycle" sub={sub}>
      <div class="pb pt-4">
        <ol class="tl">
          {stepsOf(props, current).map((it, at, all) => (
            <StepView of={it} before={at === 0 ? null : (all[at - 1]?.at ?? null)} now={now} />
          ))}
        </ol>
        <div class="mt-4">
          <Life
            from={notBefore}
            to={notAfter}
            now={now}
            renewAt={certificate.renewAt}
            state={lifeStateOf(certificate)}
          />
          <div class="axis">
            <span>{dateOf(notBefore)}</span>
            <span>{`${life}, ${used} % used`}</span>
            <span>{dateOf(notAfter)}</span>
          </div>
        </div>
      </div>
    </Panel>
  );
}

interface StepProps {
  readonly of: Step;
  readonly before: Instant | null;
  readonly now: Instant;
}

function StepView({ of, before, now }: StepProps): Html {
  return (
    <li class={of.ahead ? "todo" : undefined}>
      <Icon name={of.ahead ? of.icon : "check"} />
      <b>{of.title}</b>
      <span class="block">
        <Moment of={of} before={before} now={now} />
      </span>
      <span class="sub" dir="auto">
        {of.what}
      </span>
    </li>
  );
}

/** What followed within minutes is told by how long it took. */
function Moment({ of, before, now }: StepProps): Html {
  if (of.at === null) return <>{of.moment ?? "Not yet"}</>;
  // The agent sees it before its report of the installation arrives, by a little.
  const isPrompt = before !== null && Math.abs(of.at - before) < 600_000;
  if (!of.ahead && isPrompt) {
    return (
      <time datetime={new Date(of.at).toISOString()} title={shortly(of.at)}>
        {`+ ${took(before, of.at)}`}
      </time>
    );
  }
  return <Time at={of.at} now={now} />;
}
