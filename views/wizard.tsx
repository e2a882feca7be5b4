/** Making something in steps: where one is, and the way back to what was done. What was typed travels in the addresses. */
/** @jsxImportSource hono/jsx */
import { Head } from "./head.tsx";
import type { Children, Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export interface WizardStep {
  readonly title: string;
  /** What was chosen there. */
  readonly chosen?: string | undefined;
  /** The way back; undefined where there is none. */
  readonly href?: string | undefined;
}

export interface WizardProps {
  readonly title: string;
  readonly status?: Html;
  readonly lede: string;
  readonly steps: readonly WizardStep[];
  /** From 1. */
  readonly step: number;
  readonly children?: Children;
  /** Beside the step. */
  readonly aside?: Html | null;
}

export function Wizard({ title, status, lede, steps, step, children, aside }: WizardProps): Html {
  return (
    <>
      <Head title={title} status={status ?? null} lede={lede} />
      <div class="wiz">
        <ol class="steps-v row" aria-label="Steps">
          {steps.map((it, at) => (
            <li
              class={at + 1 < step ? "done" : undefined}
              aria-current={at + 1 === step ? "step" : undefined}
            >
              <span>{at + 1 < step ? <Icon name="check" class="i-s" /> : String(at + 1)}</span>
              <span>
                {at + 1 < step && it.href !== undefined ? (
                  <a href={it.href}>{it.title}</a>
                ) : (
                  it.title
                )}
                {it.chosen === undefined ? null : <span class="sub">{it.chosen}</span>}
              </span>
            </li>
          ))}
        </ol>
        <div class="grid min-w-0 gap-5">{children}</div>
        {aside ?? null}
      </div>
    </>
  );
}
