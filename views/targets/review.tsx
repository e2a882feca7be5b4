/** The last step of a new target: what will be stored, what the agent will do, and the buttons that store it. */
/** @jsxImportSource hono/jsx */
import type { TargetKind } from "#connectors/targets/target.ts";
import { targetActionsApi, targetsApi } from "#features/targets/api.ts";
import { ConfigFacts } from "../config-facts.tsx";
import { fieldsOf } from "../fields.ts";
import { Hidden } from "../form.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { addressOf, type NewTargetProps } from "./new-steps.ts";

/** A test is of a target that is stored: the first button stores it, then has the agent test it, and shows both. */
export function ReviewTarget({
  frame,
  chosen,
  texts,
  choices,
  plan,
}: NewTargetProps & { readonly chosen: TargetKind }): Html {
  const fields = fieldsOf(targetsApi.create, { config: chosen.config });
  const isOn = texts["enabled"]?.at(-1) !== "false";
  return (
    <>
      <Panel title="What will be stored" sub={chosen.title}>
        <ConfigFacts
          fields={fields.filter(({ key }) => key !== "type")}
          texts={texts}
          choices={choices}
        />
      </Panel>
      {plan ? <Plan steps={plan} /> : null}
      <div class="note">
        <Icon name="info" />
        <h2>The dry run comes with storing</h2>
        <p>
          {isOn
            ? "The target is stored and in use from then on, but holds no certificate until one is ordered for it. "
            : "The target is stored switched off: nothing is deployed to it. "}
          The agent then looks, without changing anything, whether the directories of the files are
          there, whether the configuration can be read, and whether the test command passes.
        </p>
      </div>
      {frame.may(targetsApi.create) ? <Store frame={frame} texts={texts} /> : null}
    </>
  );
}

function Store({ frame, texts }: Pick<NewTargetProps, "frame" | "texts">): Html {
  return (
    <form method="post" action={`/ui/${targetsApi.create.name}`} class="form">
      <Hidden name="_csrf" value={frame.csrf} />
      <Hidden name="_from" value={frame.here} />
      {Object.entries(texts).flatMap(([name, all]) =>
        all.map((value) => <Hidden name={name === "next" ? "_next" : name} value={value} />),
      )}
      <div class="acts">
        {frame.may(targetActionsApi.test) ? (
          <button
            type="submit"
            class="btn btn-primary"
            name="_then"
            value={targetActionsApi.test.name}
          >
            <Icon name="server" class="i-s" />
            Add and test
          </button>
        ) : null}
        <button type="submit" class="btn">
          Add without a test
        </button>
        <a class="btn btn-ghost" href={addressOf(texts, {})}>
          Back
        </a>
      </div>
    </form>
  );
}

/** In what order things happen at each deployment. */
export function Plan({ steps }: { readonly steps: readonly string[] }): Html {
  return (
    <Panel title="What the agent will do" sub="At each deployment" padded>
      <ol class="steps-v">
        {steps.map((it, at) => (
          <li>
            <span>{String(at + 1)}</span>
            <span class="bidi text-base-content">{it}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
