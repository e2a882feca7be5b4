/** A form for any operation, made from its contract. It works without JavaScript; secrets are never filled in again. */
/** @jsxImportSource hono/jsx */

import { toSnake } from "#base/case.ts";
import { type Contract, pathParameters } from "#base/contract.ts";
import { Changed } from "./conflict.tsx";
import { FieldView } from "./field.tsx";
import { formId } from "./field-ids.ts";
import type { FieldSet } from "./field-set.tsx";
import { startingTexts, startingTicks } from "./field-texts.ts";
import { type Field, fieldsOf, type Nested } from "./fields.ts";
import type { Choices, Frame, SentForm, Texts } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";
import { merge } from "./merge.ts";

/** Settled values by wire name. */
export type Given = Readonly<Record<string, string | readonly string[]>>;

export interface OperationFormProps {
  readonly of: Contract;
  readonly frame: Frame;
  /** The button's words; else the contract's summary. */
  readonly submit?: string;
  /** What the person does not choose: path parameters, a type that is settled. */
  readonly hidden?: Given;
  /** What is there now; a fresh form shows defaults. */
  readonly values?: Texts | undefined;
  /** Only these fields, by wire name. */
  readonly only?: readonly string[];
  readonly omit?: readonly string[];
  /** The operation leaves them open, but not here. */
  readonly required?: readonly string[];
  /** These come first, in this order. */
  readonly first?: readonly string[];
  /** These are folded away: what most people leave as it is. */
  readonly more?: readonly string[];
  readonly choices?: Choices;
  readonly nested?: Nested;
  /** The revision that was looked at: a change by somebody else meanwhile is refused. */
  readonly revision?: number;
  /** Where to go afterwards; else where the operation usually leads. */
  readonly next?: string;
  /** The operation to be done at once with what was made. */
  readonly then?: string;
  readonly danger?: boolean;
  /** The one filled button of the page; forms with fields have one anyway. */
  readonly primary?: boolean;
  /** Small, for rows of tables. */
  readonly small?: boolean;
  /** Beside the button's words. */
  readonly icon?: IconName;
  /** The button looks like an entry of a menu, with this icon. */
  readonly plain?: IconName;
  /** The single key that presses the button. */
  readonly keyed?: string;
  /** Whose password it is about: managers of passwords look for a name beside it. It is not sent. */
  readonly username?: string;
  /** Where the page has the same form twice. */
  readonly id?: string;
  /** Leads back, beside the button. */
  readonly cancel?: string;
}

export function OperationForm(props: OperationFormProps): Html | null {
  const { of, frame, hidden = {} } = props;
  if (!frame.may(of)) return null;
  const fields = visibleFields(props);
  const sent = sentHere(of, frame.sent, hidden);
  const starting = startingOf(props, fields);
  const id = props.id ?? formId(of, hidden);
  const merged =
    sent?.base &&
    merge(fields, { base: sent.base, mine: sent.values, theirs: starting }, props.choices);
  const set = {
    id,
    texts: merged?.texts ?? sent?.values ?? starting,
    errors: sent?.problem?.errors ?? [],
    choices: props.choices ?? {},
    conflicts: merged?.conflicts,
  };
  const isBare = fields.length === 0 && props.cancel === undefined;
  return (
    <form method="post" action={`/ui/${of.name}`} id={id} class={isBare ? "contents" : "form"}>
      <Unseen {...props} />
      {props.revision === undefined ? null : (
        <Hidden name="_base" value={JSON.stringify(starting)} />
      )}
      {sent && merged ? <Changed of={merged} sent={sent} now={frame.now} /> : null}
      <Fields fields={fields} set={set} more={props.more ?? ["id"]} isSent={sent !== undefined} />
      {isBare ? (
        <Submit {...props} />
      ) : (
        <div class="acts">
          <Submit {...props} primary={!props.danger} />
          {props.cancel === undefined ? null : (
            <a class="btn btn-ghost" href={props.cancel}>
              Cancel
            </a>
          )}
        </div>
      )}
    </form>
  );
}

/** What the form shows before anybody typed. */
function startingOf(props: OperationFormProps, fields: readonly Field[]): Texts {
  const isChange = props.of.method === "PATCH";
  return { ...(isChange ? startingTicks(fields) : startingTexts(fields)), ...props.values };
}

/** What travels with the fields: the token, where to go, what was looked at, what is settled. */
function Unseen(props: OperationFormProps): Html {
  const { frame, hidden = {} } = props;
  return (
    <>
      <Hidden name="_csrf" value={frame.csrf} />
      <Hidden name="_from" value={frame.here} />
      {props.next === undefined ? null : <Hidden name="_next" value={props.next} />}
      {props.then === undefined ? null : <Hidden name="_then" value={props.then} />}
      {props.revision === undefined ? null : (
        <Hidden name="_revision" value={String(props.revision)} />
      )}
      {Object.entries(hidden).flatMap(([name, given]) =>
        listed(given).map((value) => <Hidden name={name} value={value} />),
      )}
      {props.username === undefined ? null : (
        <input type="text" autocomplete="username" value={props.username} readonly hidden />
      )}
    </>
  );
}

function Submit(props: OperationFormProps): Html {
  const { of, submit, danger, primary, small, icon, plain } = props;
  const picture = plain ?? icon;
  const tone = primary ? "btn btn-primary" : "btn";
  const look = danger ? "btn btn-danger" : tone;
  const sized = small ? `${look} btn-sm` : look;
  return (
    <button type="submit" class={plain ? "mi" : sized} data-key={props.keyed}>
      {picture ? <Icon name={picture} class={plain ? "" : "i-s"} /> : null}
      {submit ?? of.summary}
    </button>
  );
}

const listed = (given: string | readonly string[]): readonly string[] =>
  typeof given === "string" ? [given] : given;

interface FieldsProps {
  readonly fields: readonly Field[];
  readonly set: FieldSet;
  readonly more: readonly string[];
  readonly isSent: boolean;
}

/** Open when the form comes back: what is wrong may stand in the folded part. */
function Fields({ fields, set, more, isSent }: FieldsProps): Html {
  const view = (field: Field) => <FieldView field={field} set={set} />;
  const folded = more.flatMap((name) => fields.filter(({ key }) => key === name));
  return (
    <>
      {fields.filter(({ key }) => !more.includes(key)).map(view)}
      {folded.length > 0 ? (
        <details open={isSent || undefined}>
          <summary>
            <Icon name="chevron-right" class="i-s turn" />
            {`More: ${folded.map(({ title }) => title).join(", ")}`}
          </summary>
          <div>{folded.map(view)}</div>
        </details>
      ) : null}
    </>
  );
}

export function Hidden({ name, value }: { readonly name: string; readonly value: string }): Html {
  return <input type="hidden" name={name} value={value} />;
}

function visibleFields(props: OperationFormProps): readonly Field[] {
  const { of, hidden = {}, only, omit = [], nested } = props;
  const path = new Set(pathParameters(of.path).map(toSnake));
  const { first = [], required = [] } = props;
  const place = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  return fieldsOf(of, nested)
    .filter(
      ({ key }) =>
        !path.has(key) && !(key in hidden) && !omit.includes(key) && (only?.includes(key) ?? true),
    )
    .map((it) => (required.includes(it.key) ? { ...it, required: true } : it))
    .sort((a, b) => place(a.key) - place(b.key));
}

/** The form that was refused, when it is this one and not the same operation on another thing. */
function sentHere(of: Contract, sent: SentForm | undefined, hidden: Given): SentForm | undefined {
  if (sent?.operation !== of.name) return undefined;
  const isSame = Object.entries(hidden).every(([name, given]) =>
    listed(given).every((value, at) => sent.values[name]?.[at] === value),
  );
  return isSame ? sent : undefined;
}
