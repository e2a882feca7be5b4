/** What was done, said on the page that follows, with the way back where there is one. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { Hidden } from "./form.tsx";
import type { Frame, Texts } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export interface DoneView {
  readonly text: string;
  /** What takes it back; undefined: nothing does. */
  readonly undo:
    | {
        readonly contract: Contract;
        readonly values: Texts;
        readonly revision?: number | undefined;
      }
    | undefined;
}

/** Without a script it stays until the next page; the link closes it. */
export function Toast({ frame, of }: { readonly frame: Frame; readonly of: DoneView }): Html {
  return (
    <div class="toast1">
      <Icon name="circle-check" />
      <span dir="auto">{of.text}</span>
      {of.undo && frame.may(of.undo.contract) ? <Undo frame={frame} of={of.undo} /> : <span />}
      <a class="ib" href={frame.here} aria-label="Close this message" data-close-toast>
        <Icon name="x" />
      </a>
    </div>
  );
}

function Undo({
  frame,
  of,
}: {
  readonly frame: Frame;
  readonly of: NonNullable<DoneView["undo"]>;
}): Html {
  return (
    <form method="post" action={`/ui/${of.contract.name}`} class="contents">
      <Hidden name="_csrf" value={frame.csrf} />
      <Hidden name="_from" value={frame.here} />
      <Hidden name="_next" value={frame.here} />
      <Hidden name="_undo" value="1" />
      {of.revision === undefined ? null : <Hidden name="_revision" value={String(of.revision)} />}
      {Object.entries(of.values).flatMap(([name, all]) =>
        all.map((value) => <Hidden name={name} value={value} />),
      )}
      <button type="submit" class="btn btn-sm">
        Undo
      </button>
    </form>
  );
}
