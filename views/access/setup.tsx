/** The way from a fresh server to the first agent: code and administrator, the CA, the agent. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import { accessApi } from "#features/access/api.ts";
import { agentsApi } from "#features/agents/api.ts";
import type { AuthorityView } from "#features/issuers/issuer.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Children, Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { Secret } from "../secret.tsx";
import { Brand } from "../shell.tsx";
import { Time } from "../time.tsx";

const steps = [
  ["Code and administrator", "Who runs this installation"],
  ["Certification authority", "Who signs"],
  ["First agent", "Where certificates belong"],
] as const;

function Wizard({ at, children }: { readonly at: number; readonly children: Children }): Html {
  return (
    <div class="wiz">
      <ol class="steps-v row" aria-label="Steps">
        {steps.map(([title, text], index) => (
          <li
            class={index < at ? "done" : undefined}
            aria-current={index === at ? "step" : undefined}
          >
            <span>{index < at ? <Icon name="check" class="i-s" /> : String(index + 1)}</span>
            <span>
              {title}
              <span class="sub">{text}</span>
            </span>
          </li>
        ))}
      </ol>
      <div class="grid gap-4">{children}</div>
    </div>
  );
}

export function SetupPage({ frame }: { readonly frame: Frame }): Html {
  return (
    <>
      <div>
        <Brand />
        <h1>Set up certctl</h1>
        <p class="lede">
          This installation has no administrator yet. The server printed a setup code when it
          started: it shows that you have access to the machine, and works once.
        </p>
      </div>
      <Wizard at={0}>
        <OperationForm
          of={accessApi.setup}
          frame={frame}
          submit="Make the administrator"
          more={["api_key_name"]}
        />
      </Wizard>
    </>
  );
}

export interface WelcomeCaProps {
  /** Of the built-in issuer, root first; empty where the reader may not see them. */
  readonly authorities: readonly AuthorityView[];
  readonly now: Instant;
}

export function WelcomeCaPage({ authorities, now }: WelcomeCaProps): Html {
  return (
    <>
      <h1 class="mb-1">Your certification authority</h1>
      <p class="lede mb-4">
        The server made it at its first start, and its key never leaves the server's sealed store.
        Whoever shall trust your certificates needs the root below.
      </p>
      <Wizard at={1}>
        {authorities.map((it) => (
          <Panel title={it.name} sub={it.issuing ? "issues certificates" : "root"}>
            <dl class="facts">
              <dt>Ends</dt>
              <dd>
                <Time at={it.notAfter} now={now} />
              </dd>
              <dt>SHA-256</dt>
              <dd class="mono">{it.fingerprint}</dd>
              <dt>Certificate</dt>
              <dd>
                <a class="a" href={`/.well-known/pki/ca/${it.id}`}>
                  Download (DER)
                </a>
              </dd>
            </dl>
          </Panel>
        ))}
        <p class="acts">
          <a class="btn btn-primary" href="/welcome/agent">
            Go on to the first agent
          </a>
          <a class="btn btn-ghost" href="/issuers/new">
            Use another CA as well
          </a>
        </p>
      </Wizard>
    </>
  );
}

export interface WelcomeAgentProps {
  readonly frame: Frame;
  readonly choices: Choices;
}

export function WelcomeAgentPage({ frame, choices }: WelcomeAgentProps): Html {
  return (
    <>
      <h1 class="mb-1">Your first agent</h1>
      <p class="lede mb-4">
        An agent runs where certificates belong. It makes the keys there, installs what is signed,
        and looks whether it is served. It joins with a token that works once.
      </p>
      <Wizard at={2}>
        <OperationForm
          of={agentsApi.createJoinToken}
          frame={frame}
          choices={choices}
          submit="Make the join command"
          cancel="/"
        />
      </Wizard>
    </>
  );
}

export function FirstKeyPage({ apiKey }: { readonly apiKey: string }): Html {
  return (
    <>
      <h1 class="mb-1">Your API key</h1>
      <p class="lede mb-4">
        It has the role admin. It is shown this once; only a hash of it is kept.
      </p>
      <div class="prose1">
        <Secret value={apiKey} label="API key" />
        <p class="acts">
          <a class="btn btn-primary" href="/welcome/ca">
            Go on to the certification authority
          </a>
        </p>
      </div>
    </>
  );
}
