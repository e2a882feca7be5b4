/** What went wrong, in words that help: on top of a page, or as a page of its own. */
/** @jsxImportSource hono/jsx */
import { toTitle } from "#base/case.ts";
import { idInForm } from "./field-ids.ts";
import type { SentForm, ShownProblem } from "./frame.ts";
import { Head } from "./head.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export interface ProblemNoteProps {
  readonly problem: ShownProblem;
  /** The form that was refused: what is wrong leads to its fields. */
  readonly sent?: SentForm;
}

export function ProblemNote({ problem, sent }: ProblemNoteProps): Html {
  const counts = countsOf(problem);
  return (
    <div class="note bad mb-4" role="alert">
      <Icon name="circle-x" />
      <p>
        <strong>{problem.title}</strong>
        {problem.errors.length === 0 ? `: ${sentence(problem.detail)}` : "."}
      </p>
      {problem.errors.length > 0 ? (
        <ul>
          {problem.errors.map((it) => (
            <li>
              {sent && it.path !== "" ? (
                <a class="a" href={`#${idInForm(sent, it.path)}`}>
                  <code>{it.path}</code>
                </a>
              ) : (
                <code>{it.path}</code>
              )}{" "}
              {it.message}
            </li>
          ))}
        </ul>
      ) : null}
      {counts.length > 0 ? (
        <ul>
          {counts.map(([name, n]) => (
            <li>{`${toTitle(name)}: ${n}`}</li>
          ))}
        </ul>
      ) : null}
      {problem.status >= 500 ? <RequestId problem={problem} /> : null}
    </div>
  );
}

/** What hangs on a thing that cannot go: the wire's `counts`. */
function countsOf(problem: ShownProblem): readonly (readonly [string, number])[] {
  const counts = problem.extra["counts"];
  if (typeof counts !== "object" || counts === null) return [];
  return Object.entries(counts).filter((it): it is [string, number] => typeof it[1] === "number");
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function RequestId({ problem }: { readonly problem: ShownProblem }): Html {
  return (
    <p>
      {"Request id, for the server's log: "}
      <code>{problem.requestId}</code>
    </p>
  );
}

const advice: Readonly<Record<number, string>> = {
  403: "Your role does not allow this, or it is granted for other teams. An administrator can change that under Users.",
  404: "It may have been deleted, or it belongs to a team whose things you may not see.",
  503: "The server is starting or stopping, or its database does not answer. Try again in a moment.",
};

export function ProblemPage({ problem }: { readonly problem: ShownProblem }): Html {
  const help = advice[problem.status];
  return (
    <>
      <Head title={problem.title} lede={capital(sentence(problem.detail))} />
      <div class="prose1">
        {help ? <p>{help}</p> : null}
        {problem.status >= 500 ? <RequestId problem={problem} /> : null}
        <p class="acts">
          <a class="btn" href="/">
            <Icon name="gauge" class="i-s" />
            Dashboard
          </a>
          <a class="btn" href="/palette">
            <Icon name="search" class="i-s" />
            Search
          </a>
          <a class="btn" href="/docs">
            <Icon name="book-open" class="i-s" />
            Manual
          </a>
        </p>
      </div>
    </>
  );
}
