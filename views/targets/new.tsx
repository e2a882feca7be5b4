/** A new target in three steps: its type, the form that this type needs, and what will be stored and done. */
/** @jsxImportSource hono/jsx */
import type { FieldError } from "#base/problem.ts";
import type { TargetKind } from "#connectors/targets/target.ts";
import { targetsApi } from "#features/targets/api.ts";
import { flatten } from "../config-facts.tsx";
import { FieldView } from "../field.tsx";
import { formId } from "../field-ids.ts";
import { type Field, fieldsOf } from "../fields.ts";
import { Hidden, OperationForm } from "../form.tsx";
import type { Choices, Texts } from "../frame.ts";
import { Help } from "../help-link.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { KindChoice } from "../kind-choice.tsx";
import { Wizard } from "../wizard.tsx";
import { addressOf, type NewTargetProps, path, steps, wantedAt } from "./new-steps.ts";
import { ReviewTarget } from "./review.tsx";

export function NewTargetPage(props: NewTargetProps): Html {
  const { chosen, step, texts } = props;
  const title = typeof chosen === "object" ? `New target: ${chosen.title}` : "New target";
  const next = wantedAt(texts);
  const { title: kindTitle } = typeof chosen === "object" ? chosen : { title: chosen };
  return (
    <Wizard
      title={title}
      status={<Help of="target" />}
      lede="A place where an agent installs certificates. Nothing is stored before the last step."
      step={step}
      steps={[
        {
          title: steps[0],
          chosen: kindTitle,
          href: addressOf(texts, { type: null }),
        },
        { title: steps[1], href: addressOf(texts, {}) },
        { title: steps[2] },
      ]}
    >
      {next === undefined ? null : (
        <p class="note">
          <Icon name="info" />
          <span>
            {"The new target is chosen in your order afterwards. "}
            <a class="a" href={next.replace(/&[a-z_]+=\{id\}/, "")}>
              Back to the order
            </a>
          </span>
        </p>
      )}
      <Step {...props} />
    </Wizard>
  );
}

function Step(props: NewTargetProps): Html {
  const { frame, kinds, chosen, step, texts, choices } = props;
  if (chosen === undefined) {
    return (
      <KindChoice
        icon="server"
        kinds={kinds.map((it) => ({
          kind: it.kind,
          title: it.title,
          does: doesOf(it),
          needs: requiredOf(it),
        }))}
        href={(type) => addressOf(texts, { type })}
      />
    );
  }
  if (chosen === "json") {
    return (
      <OperationForm
        of={targetsApi.create}
        frame={frame}
        choices={choices}
        submit="Add the target"
        cancel={addressOf(texts, { type: null })}
        {...nextOf(texts)}
      />
    );
  }
  return step === steps.length ? (
    <ReviewTarget {...props} chosen={chosen} />
  ) : (
    <Configure {...props} chosen={chosen} />
  );
}

const words: Readonly<Record<string, string>> = {
  "staged-test": "a copy of the configuration is tested before anything changes",
  rollback: "a failure puts the old files back",
  verify: "the served certificate is looked at afterwards",
  "hot-update": "the running service takes it over without a reload",
  "dry-run": "it can be tested without changing anything",
};

function doesOf({ capabilities }: TargetKind): string {
  const said = capabilities.flatMap((it) => words[it] ?? []).join("; ");
  return said === "" ? "" : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

function requiredOf({ config }: TargetKind): readonly string[] {
  const group = fieldsOf(targetsApi.create, { config }).find(({ key }) => key === "config");
  return (group?.fields ?? []).filter((it) => it.required).map((it) => it.title);
}

function nextOf(texts: Texts): { readonly next?: string } {
  const next = wantedAt(texts);
  return next === undefined ? {} : { next };
}

type Chosen = NewTargetProps & { readonly chosen: TargetKind };

/** What has to be said, and what belongs to looking, is open; what most leave as it is, is folded away. */
function Configure({ chosen, texts, errors, choices }: Chosen): Html {
  const fields = fieldsOf(targetsApi.create, { config: chosen.config });
  const id = formId(targetsApi.create, {});
  const set = { id, texts, errors, choices };
  const config = fields.find(({ key }) => key === "config")?.fields ?? [];
  const isPlain = (it: Field) => it.required || commands.test(it.key);
  const folded = config.filter((it) => !isPlain(it) && it.key !== "post_deploy_verify");
  const isFilled = (it: Field) => (texts[it.name] ?? []).some((text) => text !== "");
  const isWrong = (it: Field) => errors.some(({ path }) => path.startsWith(it.name));
  const isOpen = folded.some((it) => isFilled(it) || isWrong(it));
  const view = (field: Field) => <FieldView field={field} set={set} />;
  return (
    <form method="get" action={path} class="form" id={id}>
      <Hidden name="type" value={chosen.kind} />
      {(texts["next"] ?? []).map((value) => (
        <Hidden name="next" value={value} />
      ))}
      {errors.length > 0 ? <Errors errors={errors} id={id} fields={fields} /> : null}
      {fields.filter(({ key }) => key === "name" || key === "agent_id").map(view)}
      {noAgent(choices) ? (
        <p class="note warn">
          <Icon name="triangle-alert" />
          <span>
            {"There is no agent yet, and a target needs one. "}
            <a class="a" href="/agents/new">
              Add an agent
            </a>
          </span>
        </p>
      ) : null}
      {config.filter(isPlain).map(view)}
      {config.filter(({ key }) => key === "post_deploy_verify").map(view)}
      {folded.length > 0 ? (
        <details open={isOpen || undefined}>
          <summary>
            <Icon name="chevron-right" class="i-s turn" />
            {`More: ${folded.length} settings`}
          </summary>
          <div>{folded.map(view)}</div>
        </details>
      ) : null}
      {fields.filter(({ key }) => key === "enabled").map(view)}
      <details>
        <summary>
          <Icon name="chevron-right" class="i-s turn" />
          More: Id
        </summary>
        <div>{fields.filter(({ key }) => key === "id").map(view)}</div>
      </details>
      <div class="acts">
        <button type="submit" name="step" value={String(steps.length)} class="btn btn-primary">
          Next: review and test
          <Icon name="chevron-right" class="i-s" />
        </button>
        <a class="btn" href={addressOf(texts, { type: null })}>
          Back
        </a>
      </div>
    </form>
  );
}

const commands = /^(reload_command|validate_command|config_file|runtime_socket)$/;

const noAgent = (choices: Choices): boolean => choices["agent_id"]?.length === 0;

interface ErrorsProps {
  readonly errors: readonly FieldError[];
  readonly id: string;
  readonly fields: readonly Field[];
}

function Errors({ errors, id, fields }: ErrorsProps): Html {
  const all = flatten(fields);
  const titleAt = (path: string) => all.find((it) => it.name === path)?.title ?? path;
  return (
    <div class="note bad" role="alert" tabindex={-1}>
      <Icon name="circle-x" />
      <h2>
        {errors.length === 1
          ? "1 thing needs a change before it can be stored"
          : `${errors.length} things need a change before it can be stored`}
      </h2>
      <ul class="links">
        {errors.map((it) => (
          <li>
            <a class="a" href={`#${id}-${it.path.replaceAll(/[._]/g, "-")}`} dir="auto">
              {`${titleAt(it.path)}: ${it.message}`}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
