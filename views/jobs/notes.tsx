/** What stands above the steps: why a job failed and what to try, and what an approver must know. */
/** @jsxImportSource hono/jsx */
import type { JobDetail } from "#features/work/job-view.ts";
import { Pairs } from "../detail.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
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

export function Evidence({ of }: { readonly of: Readonly<Record<string, unknown>> }): Html {
  return (
    <div class="note warn">
      <Icon name="stamp" />
      <h2>What is asked for</h2>
      <div>
        <Pairs of={of} />
      </div>
    </div>
  );
}
