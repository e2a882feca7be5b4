/** Ordering a certificate in four steps. What was typed travels in the address: every step is a link, and nothing is lost going back. */
/** @jsxImportSource hono/jsx */
import type { Contract } from "#base/contract.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { ownersApi } from "#features/ownership/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { FieldView } from "../field.tsx";
import type { FieldSet } from "../field-set.tsx";
import { fieldsOf } from "../fields.ts";
import { Hidden, OperationForm } from "../form.tsx";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { Review } from "./new-review.tsx";
import { addressOf, folded, type NewCertificateProps, path, steps } from "./new-steps.ts";
import { Preview } from "./preview.tsx";

export function NewCertificatePage(props: NewCertificateProps): Html {
  const { step, texts, checked } = props;
  return (
    <>
      <Head title="New certificate" lede="Nothing is ordered before the last step." />
      <div class="wiz">
        <ol class="steps-v row" aria-label="Steps">
          {steps.map((it, index) => {
            const isBehind = index + 1 < step;
            const isDone = isBehind && !isWrong(props, index + 1);
            return (
              <li
                class={isDone ? "done" : undefined}
                aria-current={index + 1 === step ? "step" : undefined}
              >
                <span>{isDone ? <Icon name="check" class="i-s" /> : String(index + 1)}</span>
                <span>
                  {isBehind ? <a href={addressOf(texts, index + 1)}>{it.title}</a> : it.title}
                  {isBehind && !isDone ? <span class="sub">needs a change</span> : null}
                </span>
              </li>
            );
          })}
        </ol>
        <div class="grid gap-5">
          {step === steps.length ? <Review {...props} /> : <StepForm {...props} />}
        </div>
        <Preview checked={checked} now={props.frame.now} />
      </div>
    </>
  );
}

/** Is there a problem with what a step asks for? */
function isWrong({ checked }: NewCertificateProps, step: number): boolean {
  const there = steps[step - 1]?.fields ?? [];
  return (checked?.problems ?? []).some((it) => there.includes(it.path.split(".")[0] ?? ""));
}

/** What is wrong with this step, once something was typed in it. */
function errorsHere({ checked, step, texts }: NewCertificateProps): FieldSet["errors"] {
  const here = steps[step - 1]?.fields ?? [];
  return (checked?.problems ?? []).filter((it) => {
    const [name = ""] = it.path.split(".");
    return here.includes(name) && (texts[name] ?? []).some((text) => text !== "");
  });
}

function StepForm(props: NewCertificateProps): Html {
  const { frame, step, texts, choices } = props;
  const here = steps[step - 1]?.fields ?? [];
  const fields = fieldsOf(certificatesApi.create)
    .filter(({ key }) => here.includes(key))
    .sort((a, b) => here.indexOf(a.key) - here.indexOf(b.key));
  const set = { id: "order", texts, errors: errorsHere(props), choices };
  const more = fields.filter(({ key }) => folded.includes(key));
  const others = Object.entries(texts).filter(([name]) => !here.includes(name));
  const isFilled = more.some(({ name }) => (texts[name] ?? []).some((it) => it !== ""));
  return (
    <>
      {props.make === null ? null : <Make {...props} />}
      <form method="get" action={path} class="form" id="order">
        {others.flatMap(([name, all]) =>
          all.filter((it) => it !== "").map((value) => <Hidden name={name} value={value} />),
        )}
        {fields
          .filter(({ key }) => !folded.includes(key))
          .map((field) => (
            <FieldView field={{ ...field, required: false }} set={set} />
          ))}
        {more.length > 0 ? (
          <details open={isFilled || undefined}>
            <summary>
              <Icon name="chevron-right" class="i-s turn" />
              {`More: ${more.map(({ title }) => title).join(", ")}`}
            </summary>
            <div>
              {more.map((field) => (
                <FieldView field={{ ...field, required: false }} set={set} />
              ))}
            </div>
          </details>
        ) : null}
        <div class="acts">
          <button type="submit" name="step" value={String(step + 1)} class="btn btn-primary">
            {`Next: ${steps[step]?.title.toLowerCase()}`}
            <Icon name="chevron-right" class="i-s" />
          </button>
          {step > 1 ? (
            <button type="submit" name="step" value={String(step - 1)} class="btn">
              Back
            </button>
          ) : null}
          <span class="grow" />
          {makers
            .filter((it) => it.step === step && frame.may(it.contract))
            .map((it) => (
              <button type="submit" name="make" value={it.name} class="btn btn-ghost">
                <Icon name="plus" class="i-s" />
                {it.label}
              </button>
            ))}
          {step === 2 && frame.may(targetsApi.create) ? (
            <button type="submit" name="make" value="target" class="btn btn-ghost">
              <Icon name="plus" class="i-s" />
              New target
            </button>
          ) : null}
        </div>
        {/* The last one counts where no button named a step: what is made on the way is made here. */}
        <Hidden name="step" value={String(step)} />
      </form>
    </>
  );
}

interface Maker {
  readonly name: string;
  readonly step: number;
  readonly label: string;
  readonly contract: Contract;
  /** The field of the order that takes its id. */
  readonly into: string;
  readonly only: readonly string[];
}

const makers: readonly Maker[] = [
  {
    name: "profile",
    step: 1,
    label: "New profile",
    contract: profilesApi.create,
    into: "certificate_profile_id",
    only: ["name", "max_ttl_seconds", "allowed_ekus", "requires_approval"],
  },
  {
    name: "owner",
    step: 3,
    label: "New owner",
    contract: ownersApi.create,
    into: "owner_id",
    only: ["name", "email", "team_id"],
  },
];

/** Made here and chosen at once; what was typed in the order stays. */
function Make({ frame, texts, step, make, choices }: NewCertificateProps): Html | null {
  const maker = makers.find((it) => it.name === make);
  if (!maker) return null;
  const { [maker.into]: _, ...kept } = texts;
  const next = addressOf(kept, step, { [maker.into]: "{id}" }).replace("%7Bid%7D", "{id}");
  return (
    <Panel title={maker.label} padded>
      <OperationForm
        of={maker.contract}
        frame={frame}
        choices={choices}
        only={maker.only}
        submit={`${maker.label.replace("New", "Add the")}`}
        next={next}
        cancel={addressOf(texts, step)}
      />
    </Panel>
  );
}
