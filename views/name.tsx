/** A name of a machine, which may be broken after its dots rather than in the middle of a label. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

export function Name({ of }: { readonly of: string }): Html {
  // What is no name with dots, or ends in one, stays as it is.
  const [first = "", ...labels] = of.split(/(?<=[^.\s]\.)(?=[^.\s])/);
  return (
    <>
      {first}
      {labels.map((it) => (
        <>
          <wbr />
          {it}
        </>
      ))}
    </>
  );
}
