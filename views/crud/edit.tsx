/** Changing a simple thing, with what the change reaches; deleting it, or what has to be done before. */
/** @jsxImportSource hono/jsx */
import { Confirm } from "../confirm.tsx";
import { OperationForm } from "../form.tsx";
import type { Choices, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { type Blocker, certificatesHref, type OneProps, type Thing } from "./kind.ts";
import { upTo } from "./uses.tsx";

export interface CrudEditProps<T extends Thing, More> extends OneProps<T, More> {
  /** What it is now. */
  readonly values: Texts;
  readonly choices: Choices;
}

export function CrudEdit<T extends Thing, More>(props: CrudEditProps<T, More>): Html {
  const { of, thing, beside, values, choices } = props;
  const path = `${of.path}/${thing.id}`;
  return (
    <>
      <Head title={`Edit ${thing.name}`} lede={<Reach {...props} />} />
      <OperationForm
        of={of.api.update}
        frame={beside.frame}
        hidden={{ id: thing.id }}
        revision={thing.revision}
        values={values}
        choices={choices}
        submit="Save"
        next={path}
        cancel={path}
      />
    </>
  );
}

/** What the change will touch. */
function Reach<T extends Thing, More>({ of, thing, beside }: OneProps<T, More>): Html {
  const uses = beside.uses.get(thing.id);
  const used = uses?.counts.used ?? 0;
  if (!uses) return <>{of.takesEffect}</>;
  if (used === 0) return <b>{`No certificate ${of.verbs[1]}: the change touches none.`}</b>;
  const words = used === 1 ? "1 certificate" : `${upTo(used, uses.most)} certificates`;
  return (
    <>
      <b>
        <a class="a" href={certificatesHref(of, thing.id)}>
          {words}
        </a>
        {` ${of.verbs[used === 1 ? 1 : 0]}.`}
      </b>
      {` ${of.takesEffect}`}
    </>
  );
}

/** What refers to it, certificates first. */
function blockersOf<T extends Thing, More>({
  of,
  thing,
  beside,
}: OneProps<T, More>): readonly Blocker[] {
  const uses = beside.uses.get(thing.id);
  const most = uses?.most ?? 0;
  const certificates: readonly Blocker[] = [
    {
      n: uses?.counts.used ?? 0,
      most,
      one: "certificate",
      many: "certificates",
      href: certificatesHref(of, thing.id),
    },
    {
      n: uses?.counts.archived ?? 0,
      most,
      one: "archived certificate",
      many: "archived certificates",
      href: certificatesHref(of, thing.id, { archived: "true" }),
    },
  ];
  return [...certificates, ...of.blockers(thing, beside.more)].filter(({ n }) => n > 0);
}

export function CrudDelete<T extends Thing, More>(props: OneProps<T, More>): Html {
  const { of, thing, beside } = props;
  const path = `${of.path}/${thing.id}`;
  const blockers = blockersOf(props);
  if (blockers.length > 0) return <Blocked {...props} blockers={blockers} />;
  return (
    <Confirm
      frame={beside.frame}
      of={of.api.remove}
      title={`Delete ${thing.name}`}
      blast={[["0", "things refer to it"]]}
      hidden={{ id: thing.id }}
      submit={`Delete the ${of.one}`}
      cancel={path}
      leads
    >
      <p>{`Nothing refers to this ${of.one}. It is gone for good; its record in the audit trail stays.`}</p>
    </Confirm>
  );
}

function Blocked<T extends Thing, More>(
  props: OneProps<T, More> & { readonly blockers: readonly Blocker[] },
): Html {
  const { of, thing, blockers } = props;
  return (
    <section class="dlg panel" aria-label={`Delete ${thing.name}`}>
      <header>
        <h1 dir="auto">{`${thing.name} cannot be deleted yet`}</h1>
      </header>
      <div>
        <p>{wayOut(of.one, blockers)}</p>
        <ul class="grid gap-1">
          {blockers.map((it) => (
            <li class="flex items-center gap-2">
              <Icon name="link" class="i-s text-muted" />
              <BlockerWords of={it} />
            </li>
          ))}
        </ul>
        <div class="acts">
          <a class="btn" href={`${of.path}/${thing.id}`} data-close>
            Back
          </a>
        </div>
      </div>
    </section>
  );
}

function wayOut(one: string, blockers: readonly Blocker[]): string {
  return blockers.some((it) => it.stays)
    ? `These refer to the ${one}. Records are kept for good, and so is what they refer to: it can be renamed, and what is no record can be given another ${one}.`
    : `These refer to the ${one}. Give them another one, or none, first.`;
}

function BlockerWords({ of: { n, most, one, many, href } }: { readonly of: Blocker }): Html {
  const words = `${upTo(n, most)} ${n === 1 ? one : many}`;
  return href === undefined ? (
    <span>{words}</span>
  ) : (
    <a class="a" href={href}>
      {words}
    </a>
  );
}
