/** What stands above the steps: why a job failed and what to try, and what an approver must know. */
/** @jsxImportSource hono/jsx */
import { toSnake, toTitle } from "#base/case.ts";
import { contracts } from "#features/apis.ts";
import type { JobDetail } from "#features/work/job-view.ts";
import { Pairs } from "../detail.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { type NamedKind, type Names, Ref } from "../reference.tsx";
import { adviceFor } from "./advice.ts";

/** What went wrong in the words of who reported it, and what to try. */
export function Failure({ of }: { readonly of: JobDetail }): Html {
  const isOver = of.status === "Failed";
  return (
    <div class={isOver ? "note bad" : "note warn"}>
      <Icon name={isOver ? "circle-x" : "triangle-alert"} />
      <h2>{isOver ? "It failed" : "The last attempt failed"}</h2>
      <p dir="auto">{of.lastError}</p>
      <h3 class="mt-2">What you can do</h3>
      <ul class="list-disc ps-4">
        {adviceFor(of).map((it) => (
          <li>{it}</li>
        ))}
      </ul>
    </div>
  );
}

export interface EvidenceProps {
  readonly of: Readonly<Record<string, unknown>>;
  readonly names: Names;
  readonly operation: string | null;
}

const kinds: Readonly<Record<string, NamedKind>> = {
  certificate: "certificate",
  issuer: "issuer",
  profile: "profile",
  owner: "owner",
  target: "target",
};

/** What an approver must know, in words; what it was computed from stands behind. */
export function Evidence({ of, names, operation }: EvidenceProps): Html {
  const contract = contracts.find((it) => it.name === operation);
  const facts = Object.entries(of).flatMap(([key, value]) => {
    const said = wordsOf(key, value, names);
    return said === undefined ? [] : [[titles[key] ?? toTitle(toSnake(key)), said] as const];
  });
  return (
    <div class="note warn">
      <Icon name="stamp" />
      <h2>{`What is asked for: ${contract?.summary.split(/[:;]/)[0] ?? operation ?? "work"}`}</h2>
      <div>
        <dl class="facts mt-2">
          {facts.map(([title, said]) => (
            <>
              <dt>{title}</dt>
              <dd>{said}</dd>
            </>
          ))}
        </dl>
        <details class="mt-2">
          <summary class="a">As it was asked for</summary>
          <Pairs of={of} />
        </details>
      </div>
    </div>
  );
}

const titles: Readonly<Record<string, string>> = {
  commonName: "Common name",
  sans: "Names",
  publicKey: "Key",
};

/** Undefined: there is nothing to say. */
function wordsOf(key: string, value: unknown, names: Names): Html | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  const kind = kinds[key];
  if (kind !== undefined && typeof value === "string")
    return <Ref kind={kind} id={value} names={names} />;
  if (key === "publicKey") return <>The one of the signing request that was handed in</>;
  if (Array.isArray(value)) {
    return (
      <ul class="plain">
        {value.map((it) => (
          <li dir="auto">{String(it).replace(/^dns:/i, "")}</li>
        ))}
      </ul>
    );
  }
  return (
    <span dir="auto">{typeof value === "object" ? JSON.stringify(value) : String(value)}</span>
  );
}
