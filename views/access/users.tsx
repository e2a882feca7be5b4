/** Users: who may sign in, and as what. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { accessApi } from "#features/access/api.ts";
import type { UserView } from "#features/access/principal.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import type { Names } from "../reference.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";
import { Grants } from "./grants.tsx";

type User = z.output<typeof UserView>;

export interface UsersProps extends Rows<User> {
  readonly names: Names;
}

export function UsersPage({ names, ...rows }: UsersProps): Html {
  return (
    <ListPage
      {...rows}
      title="Users"
      create={{ contract: accessApi.createUser, label: "New user" }}
      of={accessApi.listUsers}
      path="/users"
      columns={columnsOf(rows.frame, names)}
      empty="There is no user."
    />
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<User>[] => [
  { title: "Name", sort: "name", cell: (it) => <a href={`/users/${it.id}`}>{it.name}</a> },
  { title: "E-mail", cell: (it) => it.email ?? "–" },
  { title: "Roles", cell: (it) => <Grants of={it.grants} names={names} /> },
  { title: "May sign in", cell: (it) => (it.disabledAt === null ? "yes" : "no") },
  {
    title: "Last sign-in",
    cell: (it) => <Time at={it.lastSignInAt} now={frame.now} none="never" />,
  },
  { title: "Added", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
];

export function NewUserPage({
  frame,
  choices,
}: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <h1>New user</h1>
      <OperationForm
        of={accessApi.createUser}
        frame={frame}
        choices={choices}
        submit="Add the user"
      />
    </>
  );
}

export interface UserProps {
  readonly frame: Frame;
  readonly user: User;
  readonly values: Texts;
  readonly choices: Choices;
}

export function UserPage({ frame, user, values, choices }: UserProps): Html {
  return (
    <>
      <h1>{user.name}</h1>
      <p>An empty password stays as it is. A new password or a lock ends the user's sessions.</p>
      <OperationForm
        of={accessApi.updateUser}
        frame={frame}
        hidden={{ id: user.id }}
        revision={user.revision}
        values={values}
        choices={choices}
        submit="Save"
      />
    </>
  );
}
