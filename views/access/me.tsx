/** One's own account: roles, sessions, password. */
/** @jsxImportSource hono/jsx */
import { accessApi } from "#features/access/api.ts";
import { ownApi, type SessionView } from "#features/access/own-api.ts";
import { OperationForm } from "../form.tsx";
import type { Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Columns, Panel } from "../panel.tsx";
import type { Names } from "../reference.tsx";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";
import { Grants, type GrantsProps } from "./grants.tsx";

export interface MeProps {
  readonly frame: Frame;
  readonly name: string;
  readonly id: string;
  readonly grants: GrantsProps["of"];
  readonly names: Names;
  readonly permissions: readonly string[];
  readonly sessions: readonly SessionView[];
  /** Users have one; keys and open installations do not. */
  readonly hasPassword: boolean;
}

export function MePage(props: MeProps): Html {
  const { frame, name, sessions, hasPassword } = props;
  const n = sessions.length;
  return (
    <>
      <Head
        title={name}
        help="user-and-session"
        lede={`You are signed in in ${n === 1 ? "1 place" : `${n} places`}. Sign out ends them all.`}
      >
        {sessions.length > 0 ? (
          <OperationForm
            of={accessApi.signOut}
            frame={frame}
            id="sign-out"
            submit="Sign out"
            icon="log-out"
          />
        ) : null}
      </Head>
      <Columns
        main={
          <>
            <Panel title="Your sessions" sub="Last used first">
              <Table
                caption="Your sessions"
                rows={sessions}
                columns={columnsOf(frame)}
                rowId={(it) => it.id}
              />
            </Panel>
            {hasPassword ? (
              <Panel title="Change your password" sub="You are signed out everywhere" padded>
                <OperationForm
                  of={ownApi.changePassword}
                  frame={frame}
                  username={name}
                  submit="Change the password"
                />
              </Panel>
            ) : null}
          </>
        }
        aside={<Rights {...props} />}
      />
    </>
  );
}

function Rights({ id, grants, names, permissions }: MeProps): Html {
  return (
    <Panel title="What you may do">
      <dl class="facts">
        <dt>Roles</dt>
        <dd>
          <Grants of={grants} names={names} />
        </dd>
        <dt>Permissions</dt>
        <dd>
          <details>
            <summary class="a">{`${permissions.length} permissions`}</summary>
            <ul class="plain mono">
              {permissions.map((it) => (
                <li>{it}</li>
              ))}
            </ul>
          </details>
        </dd>
        <dt>Id</dt>
        <dd class="mono">{id}</dd>
      </dl>
    </Panel>
  );
}

const columnsOf = (frame: Frame): readonly Column<SessionView>[] => [
  {
    title: "From",
    cell: (it) => (
      <>
        <b class="n">{it.address === "" ? "an unknown address" : it.address}</b>
        <span class="sub" dir="auto">
          {it.userAgent}
        </span>
      </>
    ),
  },
  { title: "Last used", cell: (it) => <Time at={it.lastSeenAt} now={frame.now} /> },
  { title: "Signed in", class: "h", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
  { title: "Ends", class: "h", cell: (it) => <Time at={it.expiresAt} now={frame.now} /> },
  {
    title: "",
    class: "num",
    label: false,
    cell: (it) => (
      <OperationForm
        of={ownApi.endSession}
        frame={frame}
        hidden={{ id: it.id }}
        submit="End"
        small
        danger
      />
    ),
  },
];
