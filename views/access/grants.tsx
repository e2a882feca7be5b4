/** Roles with the team they are granted for. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { GrantView } from "#features/access/principal.ts";
import type { Html } from "../html.ts";
import { type Names, Ref } from "../reference.tsx";

export interface GrantsProps {
  readonly of: readonly z.output<typeof GrantView>[];
  readonly names: Names;
}

export function Grants({ of, names }: GrantsProps): Html {
  return (
    <ul class="plain">
      {of.map(({ role, teamId }) => (
        <li>
          {role}
          {teamId === null ? null : " for "}
          {teamId === null ? null : <Ref kind="team" id={teamId} names={names} />}
        </li>
      ))}
    </ul>
  );
}
