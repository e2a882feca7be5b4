/** A new target: its type first, then the form that this type needs. */
/** @jsxImportSource hono/jsx */
import type { TargetKind } from "#connectors/targets/target.ts";
import { targetsApi } from "#features/targets/api.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { KindChoice } from "../kind-choice.tsx";

export interface NewTargetProps {
  readonly frame: Frame;
  readonly kinds: readonly TargetKind[];
  /** Undefined while none is chosen; `json` for the free form. */
  readonly chosen: TargetKind | "json" | undefined;
  readonly choices: Choices;
}

export function NewTargetPage({ frame, kinds, chosen, choices }: NewTargetProps): Html {
  if (chosen === undefined) {
    return (
      <>
        <h1>New target</h1>
        <KindChoice kinds={kinds} path="/targets/new" what="target" />
      </>
    );
  }
  if (chosen === "json") {
    return (
      <>
        <h1>New target</h1>
        <OperationForm
          of={targetsApi.create}
          frame={frame}
          choices={choices}
          submit="Add the target"
        />
      </>
    );
  }
  return (
    <>
      <h1>{`New target: ${chosen.title}`}</h1>
      <p>
        <a href="/targets/new">Another type</a>
      </p>
      <OperationForm
        of={targetsApi.create}
        frame={frame}
        hidden={{ type: chosen.kind }}
        nested={{ config: chosen.config }}
        choices={choices}
        submit="Add the target"
      />
    </>
  );
}
