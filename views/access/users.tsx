/** Users: who may sign in, and as what. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { accessApi } from "#features/access/api.ts";
import type { UserView } from "#features/access/principal.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import type { Names } from "../reference.tsx";
import { Status } from "../status.tsx";
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
      lede="Who may sign in, and as what: a role is granted for everything, or for one team."
      rowId={(it) => it.id}
      create={{ contract: accessApi.createUser, label: "New user" }}
      of={accessApi.listUsers}
      path="/users"
      columns={columnsOf(rows.frame, names)}
      empty="No user matches."
    />
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<User>[] => [
  { title: "Name", sort: "name", cell: (it) => <Named of={it} /> },
  { title: "Roles", cell: (it) => <Grants of={it.grants} names={names} /> },
  {
    title: "May sign in",
    label: false,
    cell: (it) =>
      it.disabledAt === null ? (
        <Status of="Active" label="May sign in" />
      ) : (
        <Status of="Archived" label="Locked out" />
      ),
  },
  {
    title: "Last sign-in",
    cell: (it) => <Time at={it.lastSignInAt} now={frame.now} none="never" />,
  },
  { title: "Added", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
];

function Named({ of }: { readonly of: User }): Html {
  return (
    <>
      <a class="n" href={`/users/${of.id}`} dir="auto">
        {of.name}
      </a>
      <span class="sub" dir="auto">
        {of.email ?? ""}
      </span>
    </>
  );
}

export function NewUserPage({
  frame,
  choices,
}: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <Head
        title="New user"
        help="user-and-session"
        lede="They sign in with the name and this first password, and can change it."
      />
      <OperationForm
        of={accessApi.createUser}
        frame={frame}
        choices={choices}
        submit="Add the user"
        cancel="/users"
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
      <Head
        title={user.name}
        help="user-and-session"
        lede="An empty password stays as it is. A new password or a lock ends the user's sessions."
      />
      <OperationForm
        of={accessApi.updateUser}
        frame={frame}
        hidden={{ id: user.id }}
        revision={user.revision}
        values={values}
        choices={choices}
        submit="Save"
        cancel="/users"
      />
    </>
  );
}
