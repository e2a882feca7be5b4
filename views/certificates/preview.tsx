/** Beside an order: what it would become, and what is wrong with it. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CheckedOrder } from "#features/certificates/certificate.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Life } from "../life.tsx";
import { Panel } from "../panel.tsx";
import { dateOf, lengthInWords, relative } from "../time.tsx";

export interface PreviewProps {
  /** Undefined while nothing was typed. */
  readonly checked: CheckedOrder | undefined;
  readonly now: Instant;
}

export function Preview({ checked, now }: PreviewProps): Html {
  if (!checked) {
    return (
      <Panel title="What will be issued" padded>
        <p class="text-muted">Give the names first: here stands what they become.</p>
      </Panel>
    );
  }
  return (
    <Panel title="What will be issued">
      <dl class="facts">
        <dt>Names</dt>
        <dd>
          {checked.sans.length === 0 ? "–" : null}
          <ul class="plain">
            {checked.sans.slice(0, 10).map((it) => (
              <li dir="auto">{it}</li>
            ))}
            {checked.sans.length > 10 ? (
              <li class="sub">{`and ${checked.sans.length - 10} more`}</li>
            ) : null}
          </ul>
        </dd>
        <dt>Key</dt>
        <dd>
          {checked.keyAlgorithm}
          <span class="sub block">{keyWords(checked)}</span>
        </dd>
        <dt>Lifetime</dt>
        <dd>
          <Lifetime of={checked} now={now} />
        </dd>
      </dl>
      <ul class="checks border-t border-base-300 pb">
        {checked.problems.map((it) => (
          <li>
            <Icon name="circle-x" class="bad" />
            <span dir="auto">{it.message}</span>
          </li>
        ))}
        {checked.problems.length === 0 ? (
          <li>
            <Icon name="circle-check" class="good" />
            <span>Names, key, place and profile agree</span>
          </li>
        ) : null}
        {checked.requiresApproval ? (
          <li>
            <Icon name="stamp" class="warn" />
            <span>Somebody else has to approve it</span>
          </li>
        ) : null}
        {checked.usedBy.map((it) => (
          <li>
            <Icon name="info" class="run" />
            <span dir="auto">
              {"The common name is already in "}
              <a class="a" href={`/certificates/${it.id}`}>
                {it.name}
              </a>
              {it.notAfter === null ? "" : `, which ends ${relative(it.notAfter, now)}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function keyWords({ isClientKey, keyHolders, targets }: CheckedOrder): string {
  if (isClientKey) return "The client holds it";
  if (keyHolders === 0) return "Nobody makes it yet: it needs a target or an agent";
  const agents = keyHolders === 1 ? "1 agent" : `${keyHolders} agents`;
  const places = targets === 1 ? "1 target" : `${targets} targets`;
  const where = keyHolders === 1 ? "its machine" : "their machines";
  return `Made by ${agents} for ${places}; it never leaves ${where}`;
}

function Lifetime({ of, now }: { readonly of: CheckedOrder; readonly now: Instant }): Html {
  const { notBefore, notAfter, renewAt } = of;
  if (notBefore === null || notAfter === null) return <>–</>;
  const renewal = renewAt === null ? "not renewed by itself" : `renewal by ${dateOf(renewAt)}`;
  return (
    <>
      <Life from={notBefore} to={notAfter} now={now} renewAt={renewAt} />
      <span class="sub">{`${lengthInWords(notAfter - notBefore) ?? "–"}, ${renewal}`}</span>
    </>
  );
}
