/** A question before something that cannot be taken back: what it touches in numbers, the safer way, and the verb on the button. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { type Given, OperationForm } from "./form.tsx";
import type { Choices, Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";

/** A number and what it counts. Zeros are said as well: they calm. */
export type BlastNumber = readonly [number: string, of: string];

export interface ConfirmProps {
  readonly frame: Frame;
  readonly of: Contract;
  readonly title: string;
  /** What hangs on it. */
  readonly blast: readonly BlastNumber[];
  /** What will be, and whether it can be undone. */
  readonly children: Children;
  readonly hidden: Given;
  readonly only?: readonly string[];
  readonly required?: readonly string[];
  readonly choices?: Choices;
  /** The verb and what it is done to. */
  readonly submit: string;
  /** Back without doing it; afterwards as well. */
  readonly cancel: string;
  /** Afterwards where the operation usually leads, and not back. */
  readonly leads?: boolean;
}

/** A page by itself; a script shows the same inside of a dialog. */
export function Confirm(props: ConfirmProps): Html {
  const { frame, of, title, blast, hidden, only, required, choices, submit, cancel, leads } = props;
  return (
    <section class="dlg panel" aria-label={title}>
      <header>
        <h1>{title}</h1>
      </header>
      <div>
        <Blast of={blast} />
        {props.children}
        <OperationForm
          of={of}
          frame={frame}
          hidden={hidden}
          only={only ?? []}
          required={required ?? []}
          choices={choices ?? {}}
          submit={submit}
          cancel={cancel}
          {...(leads ? {} : { next: cancel })}
          danger
        />
      </div>
    </section>
  );
}

export function Blast({ of }: { readonly of: readonly BlastNumber[] }): Html | null {
  if (of.length === 0) return null;
  return (
    <div class="blast">
      {of.map(([n, words]) => (
        <div>
          <b>{n}</b>
          <span class="sub">{words}</span>
        </div>
      ))}
    </div>
  );
}
