/** The way to the form that changes a thing. The palette finds it by every field that can be changed there. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { fieldsOf } from "./fields.ts";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export interface EditLinkProps {
  readonly of: Contract;
  readonly frame: Frame;
  readonly href: string;
}

export function EditLink({ of, frame, href }: EditLinkProps): Html | null {
  if (!frame.may(of)) return null;
  const titles = fieldsOf(of).map((it) => it.title);
  return (
    <a class="btn" href={href} data-find={["change reassign", ...titles].join(" ")}>
      <Icon name="pencil" class="i-s" />
      Edit
    </a>
  );
}
