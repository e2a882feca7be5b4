/** Changing a target, and deleting one to which nothing was deployed. */
/** @jsxImportSource hono/jsx */
import { targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import { Confirm } from "../confirm.tsx";
import type { Nested } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, Texts } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";

export interface EditTargetProps {
  readonly frame: Frame;
  readonly target: TargetView;
  readonly values: Texts;
  readonly choices: Choices;
  readonly nested: Nested;
}

export function EditTargetPage(props: EditTargetProps): Html {
  const { frame, target, values, choices, nested } = props;
  const path = `/targets/${target.id}`;
  return (
    <>
      <Head
        title={`Edit ${target.name}`}
        lede="What is installed stays as it is: a change takes effect with the next deployment. The agent can test it before."
      />
      <OperationForm
        of={targetsApi.update}
        frame={frame}
        hidden={{ id: target.id, type: target.type }}
        revision={target.revision}
        values={values}
        choices={choices}
        nested={nested}
        submit="Save"
        next={path}
        cancel={path}
      />
    </>
  );
}

export interface DeleteTargetProps {
  readonly frame: Frame;
  readonly target: TargetView;
  /** Deployments to it, ever. */
  readonly deployments: number;
  /** Jobs of it that are on record. */
  readonly jobs: number;
}

export function DeleteTargetPage({ frame, target, deployments, jobs }: DeleteTargetProps): Html {
  const path = `/targets/${target.id}`;
  const isUsed = deployments > 0;
  return (
    <Confirm
      frame={frame}
      of={targetsApi.remove}
      title={`Delete ${target.name}`}
      blast={[
        [String(deployments), deployments === 1 ? "deployment to it" : "deployments to it"],
        [String(jobs), jobs === 1 ? "job of it on record" : "jobs of it on record"],
      ]}
      hidden={{ id: target.id }}
      submit="Delete the target"
      cancel={path}
    >
      <p>
        {isUsed
          ? "It was used, so its record stays and deleting it will be refused. The safer way: "
          : "It is gone for good; nothing on its machine is touched. To keep it: "}
        <a class="a" href={`${path}/edit`}>
          switch it off
        </a>
        .
      </p>
    </Confirm>
  );
}
