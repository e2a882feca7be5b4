/** One simple thing: what it means, the certificates that it concerns, its record, and what can be done with it. */
/** @jsxImportSource hono/jsx */
import { AuditFeed } from "../audit-feed.tsx";
import { conceptAt } from "../docs/concepts.ts";
import { EditLink } from "../edit-link.tsx";
import { Head } from "../head.tsx";
import { Help } from "../help-link.tsx";
import type { Html } from "../html.ts";
import { Live } from "../live.tsx";
import { Columns, Panel } from "../panel.tsx";
import { Time } from "../time.tsx";
import { UsedBy } from "./certificates.tsx";
import type { DetailProps, Thing } from "./kind.ts";
import { UseSentence } from "./uses.tsx";

export function CrudDetail<T extends Thing, More>(props: DetailProps<T, More>): Html {
  const { of, thing, beside, certificates } = props;
  const { frame, uses } = beside;
  return (
    <Live frame={frame} running={false}>
      <Head
        title={thing.name}
        status={<State {...props} />}
        lede={
          <UseSentence
            of={of}
            id={thing.id}
            uses={uses.get(thing.id)}
            first={certificates ?? []}
            now={frame.now}
          />
        }
      >
        <EditLink of={of.api.update} frame={frame} href={`${of.path}/${thing.id}/edit`} />
      </Head>
      <Columns main={<Main {...props} />} aside={<Aside {...props} />} />
    </Live>
  );
}

function State<T extends Thing, More>({ of, thing }: DetailProps<T, More>): Html {
  const concept = conceptAt[of.path];
  return (
    <>
      {of.state(thing)}
      {concept ? <Help of={concept} /> : null}
    </>
  );
}

function Main<T extends Thing, More>(props: DetailProps<T, More>): Html {
  const { of, thing, beside, certificates } = props;
  return (
    <>
      {of.before(thing, beside)}
      {certificates ? (
        <UsedBy
          of={of}
          id={thing.id}
          uses={beside.uses.get(thing.id)}
          certificates={certificates}
          now={beside.frame.now}
        />
      ) : null}
      {of.after(thing, beside)}
      {beside.frame.may(of.api.remove) ? (
        <Panel title="Delete" danger>
          <div>
            <span>
              <b>{`Delete the ${of.one}.`}</b>{" "}
              <span class="text-muted">
                It can be deleted only while nothing refers to it. What does is shown before.
              </span>
            </span>
            <a class="btn btn-danger" href={`${of.path}/${thing.id}/delete`} data-dialog>
              Delete…
            </a>
          </div>
        </Panel>
      ) : null}
    </>
  );
}

function Aside<T extends Thing, More>({ of, thing, beside, events }: DetailProps<T, More>): Html {
  const { now } = beside.frame;
  return (
    <>
      <Panel title="Facts">
        <dl class="facts">
          {of.facts(thing, beside)}
          <dt>Added</dt>
          <dd>
            <Time at={thing.createdAt} now={now} />
          </dd>
          <dt>Changed</dt>
          <dd>
            <Time at={thing.updatedAt} now={now} />
          </dd>
          <dt>Id</dt>
          <dd class="mono">{thing.id}</dd>
        </dl>
      </Panel>
      {events ? (
        <Panel
          title="History"
          sub={
            <a class="a" href={`/audit?resource_id=${encodeURIComponent(thing.id)}`}>
              All
            </a>
          }
        >
          <AuditFeed events={events} />
        </Panel>
      ) : null}
    </>
  );
}
