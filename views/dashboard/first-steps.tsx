/** While there is no certificate: what to do first, and how far it is. */
/** @jsxImportSource hono/jsx */
import { agentsApi } from "#features/agents/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Panel } from "../panel.tsx";

export interface FirstStepsProps {
  readonly frame: Frame;
  readonly hasAgent: boolean;
  readonly hasTarget: boolean;
}

export function FirstSteps({ frame, hasAgent, hasTarget }: FirstStepsProps): Html {
  return (
    <div class="mb-4">
      <Panel title="First steps" sub="Ten minutes to the first certificate">
        <ol class="vtl pb">
          <Step
            done={hasAgent}
            icon="cpu"
            title="Add an agent on the machine where certificates belong"
            text="It makes the keys there, installs what is signed, and looks whether it is served."
            href={frame.may(agentsApi.createJoinToken) ? "/agents/new" : undefined}
            action="Add agent"
          />
          <Step
            done={hasTarget}
            icon="server"
            title="Describe a target: the service on that machine"
            text="Where its files are and how it is told to read them."
            href={frame.may(targetsApi.create) ? "/targets/new" : undefined}
            action="New target"
          />
          <Step
            done={false}
            icon="file-badge"
            title="Order a certificate for it"
            text="The built-in CA signs; other issuers can be added."
            href={frame.may(certificatesApi.create) ? "/certificates/new" : undefined}
            action="New certificate"
          />
        </ol>
      </Panel>
    </div>
  );
}

interface StepProps {
  readonly done: boolean;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly href: string | undefined;
  readonly action: string;
}

function Step({ done, icon, title, text, href, action }: StepProps): Html {
  return (
    <li class={done ? undefined : "todo"}>
      <Icon name={done ? "check" : icon} />
      <div>
        <b>{title}</b>
        <p class="sub">{done ? "Done." : text}</p>
      </div>
      {href === undefined || done ? (
        <span />
      ) : (
        <a class="btn btn-sm" href={href}>
          {action}
        </a>
      )}
    </li>
  );
}
