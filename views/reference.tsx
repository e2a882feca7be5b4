/** A link to a thing by its name; its id only where no name is known. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";
import { Name } from "./name.tsx";

const paths = {
  certificate: "/certificates",
  owner: "/owners",
  team: "/teams",
  issuer: "/issuers",
  profile: "/profiles",
  policy: "/policies",
  agent: "/agents",
  target: "/targets",
  user: "/users",
} as const;

export type NamedKind = keyof typeof paths;

/** Names by kind and id. */
export type Names = { readonly [K in NamedKind]?: ReadonlyMap<string, string> };

export interface RefProps {
  readonly kind: NamedKind;
  readonly id: string | null;
  readonly names: Names;
}

export function Ref({ kind, id, names }: RefProps): Html {
  if (id === null) return <>–</>;
  const name = names[kind]?.get(id);
  // Without a name it may not be seen, or is gone: a link would lead nowhere.
  if (name === undefined) return <code>{id}</code>;
  return (
    <a href={`${paths[kind]}/${id}`}>
      <Name of={name} />
    </a>
  );
}
