/** A question before something that cannot be taken back: what it touches in numbers, the safer way, and the verb on the button. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { type Given, OperationForm } from "./form.tsx";
import type { Choices, Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";

export interface ConfirmProps {
  readonly frame: Frame;
  readonly of: Contract;
  readonly title: string;
  /** What hangs on it: a number and what it counts. Zeros are said as well: they calm. */
  readonly blast: readonly (readonly [number: string, of: string])[];
  /** What will be, and whether it can be undone. */
  readonly children: Children;
  readonly hidden: Given;
  readonly only?: readonly string[];
  readonly choices?: Choices;
  /** The verb and what it is done to. */
  readonly submit: string;
  /** Back without doing it. */
  readonly cancel: string;
}

/** A page by itself; a script shows the same inside of a dialog. */
export function Confirm(props: ConfirmProps): Html {
  const { frame, of, title, blast, hidden, only, choices, submit, cancel } = props;
  return (
    <section class="dlg panel" aria-label={title}>
      <header>
        <h1>{title}</h1>
      </header>
      <div>
        {blast.length > 0 ? (
          <div class="blast">
            {blast.map(([n, words]) => (
              <div>
                <b>{n}</b>
                <span class="sub">{words}</span>
              </div>
            ))}
          </div>
        ) : null}
        {props.children}
        <OperationForm
          of={of}
          frame={frame}
          hidden={hidden}
          only={only ?? []}
          choices={choices ?? {}}
          submit={submit}
          cancel={cancel}
          next={cancel}
          danger
        />
      </div>
    </section>
  );
}
