/** Work on many certificates: what it is about before it is done, and the form that does it. */
/** @jsxImportSource hono/jsx */
import { mostItems } from "#features/bulk/answer.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import type { BulkPreview } from "#features/certificates/bulk-api.ts";
import { phraseFor } from "#features/certificates/phrase.ts";
import { Blast, type BlastNumber, Confirm } from "../confirm.tsx";
import { Empty } from "../empty.tsx";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, ShownProblem, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { grouped } from "../list-table.tsx";
import { Columns, Panel } from "../panel.tsx";
import { ProblemNote } from "../problem.tsx";
import { type BulkKind, titleOf } from "./bulk-kinds.ts";

export interface BulkProps {
  readonly frame: Frame;
  readonly kind: BulkKind;
  /** What was chosen, by the names of the list: ids, criteria, or both. */
  readonly chosen: Texts;
  /** Undefined when nothing is chosen, or the choice is not understood. */
  readonly preview: BulkPreview | undefined;
  readonly problem: ShownProblem | undefined;
  readonly choices: Choices;
}

export function BulkPage(props: BulkProps): Html {
  const { kind, preview, problem } = props;
  if (preview === undefined || preview.total === 0) {
    return (
      <>
        <Head title={titleOf(kind)} />
        {problem ? <ProblemNote problem={problem} /> : null}
        <NothingChosen {...props} />
      </>
    );
  }
  const { counts } = preview;
  if (counts === null) return <TooMany {...props} total={preview.total} />;
  return kind.danger ? (
    <Archive {...props} preview={preview} counts={counts} />
  ) : (
    <Change {...props} preview={preview} counts={counts} />
  );
}

interface Counted extends BulkProps {
  readonly preview: BulkPreview;
  readonly counts: NonNullable<BulkPreview["counts"]>;
}

function Change(props: Counted): Html {
  const { frame, kind, preview, counts, choices } = props;
  const count = counted(preview.total);
  return (
    <>
      <Head
        title={titleOf(kind)}
        lede={
          <>
            <b class="bidi">{`${count}${criteriaOf(props)}`}</b>
            {". It becomes a job that can be paused and stopped, and shows what came of each."}
          </>
        }
      />
      <Columns
        main={
          <Panel title={kind.heading} padded>
            <div class="mb-4">
              <Blast of={blastOf(counts)} />
            </div>
            <OperationForm
              of={kind.of}
              frame={frame}
              hidden={hiddenOf(props)}
              only={kind.change}
              choices={choices}
              submit={`${kind.verb} ${count}`}
              cancel={backTo(props)}
            />
          </Panel>
        }
        aside={
          <Panel title="What is chosen" sub={count}>
            <Some of={preview} />
          </Panel>
        }
      />
    </>
  );
}

function Archive(props: Counted): Html {
  const { frame, kind, preview, counts } = props;
  const count = counted(preview.total);
  return (
    <Confirm
      frame={frame}
      of={kind.of}
      title={`Archive ${count}?`}
      blast={blastOf(counts)}
      hidden={hiddenOf(props)}
      only={kind.change}
      submit={`Archive ${count}`}
      cancel={backTo(props)}
      leads
    >
      <p class="bidi">
        {`An archived certificate is no longer renewed or deployed; it can be taken out of the archive again. ${count}${criteriaOf(props)}.`}
      </p>
      {counts.served > 0 ? (
        <p>
          {`${counted(counts.served)} of these ${counts.served === 1 ? "is" : "are"} served now and would end without a successor. With the box ticked ${counts.served === 1 ? "it stays" : "they stay"} as ${counts.served === 1 ? "it is" : "they are"}.`}
        </p>
      ) : null}
      <details class="disclose">
        <summary>
          <Icon name="chevron-right" class="i-s turn" />
          {`What is chosen: ${count}`}
        </summary>
        <Some of={preview} />
      </details>
      <p>
        To confirm, type <code>{phraseFor("archive", preview.total)}</code>
      </p>
    </Confirm>
  );
}

/** Zeros are said as well: they calm. */
const blastOf = (it: Counted["counts"]): readonly BlastNumber[] => [
  [
    grouped(it.served),
    it.targets === it.served ? "served now" : `served now, ${onTargets(it.targets)}`,
  ],
  [grouped(it.expiring), "end within 30 days"],
  [grouped(it.renewing), "being renewed"],
  it.notFound > 0
    ? [grouped(it.notFound), "not there"]
    : [grouped(it.teams), it.teams === 1 ? "team" : "teams"],
];

const onTargets = (n: number) => `on ${grouped(n)} ${n === 1 ? "target" : "targets"}`;

const counted = (n: number): string => (n === 1 ? "1 certificate" : `${grouped(n)} certificates`);

function Some({ of }: { readonly of: BulkPreview }): Html {
  return (
    <ul class="pb plain grid gap-1">
      {of.some.map((it) => (
        <li>
          <a class="a" href={`/certificates/${it.id}`} dir="auto">
            {it.name}
          </a>
        </li>
      ))}
      {of.total > of.some.length ? (
        <li class="sub">{`and ${grouped(of.total - of.some.length)} more`}</li>
      ) : null}
    </ul>
  );
}

function TooMany(props: BulkProps & { readonly total: number }): Html {
  return (
    <>
      <Head
        title={titleOf(props.kind)}
        lede={
          <>
            <b class="bidi">{`${counted(props.total)}${criteriaOf(props)}`}</b>
            {` are more than one job takes. Narrow the list to at most ${grouped(mostItems)}.`}
          </>
        }
      />
      <a class="btn" href={backTo(props)}>
        Back to the list
      </a>
    </>
  );
}

function NothingChosen({ frame }: BulkProps): Html {
  return (
    <Empty
      frame={frame}
      title="No certificate is chosen"
      text="Tick some in the list, or filter the list and take all that match."
      ways={[
        {
          icon: "file-badge",
          title: "Choose",
          text: "Every row has a box; the bar below the list says what can be done.",
          href: "/certificates",
          action: "Certificates",
        },
      ]}
    />
  );
}

/** By the names of the operation. */
const hiddenOf = ({ kind, chosen }: BulkProps): Texts =>
  Object.fromEntries(
    Object.entries(chosen).map(([name, values]) => [kind.renamed[name] ?? name, values]),
  );

/** The list as it was; what was ticked there is not kept. */
function backTo({ chosen }: BulkProps): string {
  const pairs = Object.entries(chosen).flatMap(([name, values]) =>
    name === "certificate_ids" ? [] : values.map((value) => [name, value]),
  );
  const text = new URLSearchParams(pairs).toString();
  return text === "" ? "/certificates" : `/certificates?${text}`;
}

/** By the words of the list's filters. Empty when they were named one by one. */
function criteriaOf({ chosen, choices }: BulkProps): string {
  const titles = new Map(fieldsOf(certificatesApi.list).map((it) => [it.name, it.title]));
  const said = Object.entries(chosen)
    .filter(([name]) => name !== "certificate_ids")
    .map(([name, values]) => {
      const labels = values.map((it) => choices[name]?.find(({ value }) => value === it)?.label);
      return `${titles.get(name) ?? name}: ${labels.map((it, at) => it ?? values[at]).join(", ")}`;
    });
  return said.length === 0 ? "" : ` (${said.join("; ")})`;
}
