/** Records the steps of a deployment as they happen, for the job that shows them. */
import type { Clock, Instant } from "#base/time.ts";
import { ConnectorFailure } from "#connectors/failure.ts";
import type { Step, StepName, StepResult } from "#connectors/host.ts";

export interface StepRecorder {
  readonly steps: readonly Step[];
  step(name: StepName, run: () => Promise<StepResult>): Promise<void>;
}

/** `onStep` hears of each step when it is over. */
export function recordSteps(clock: Clock, onStep?: (step: Step) => void): StepRecorder {
  const steps: Step[] = [];
  const add = (name: StepName, startedAt: Instant, rest: Pick<Step, "outcome" | "detail">) => {
    const step: Step = { name, startedAt, finishedAt: clock.now(), ...rest };
    steps.push(step);
    onStep?.(step);
  };
  return {
    steps,
    async step(name, run) {
      const startedAt = clock.now();
      try {
        const result = await run();
        if (typeof result === "object") {
          add(name, startedAt, { outcome: "warning", detail: result.warning });
        } else {
          add(name, startedAt, { outcome: "done", detail: result });
        }
      } catch (cause) {
        add(name, startedAt, { outcome: "failed", detail: describeError(cause) });
        // A command fails at the stage it was run for, whatever the command runner calls it.
        if (cause instanceof ConnectorFailure && cause.stage !== name) {
          throw new ConnectorFailure(cause.detail, {
            stage: name,
            retryable: cause.retryable,
            cause,
          });
        }
        throw cause;
      }
    },
  };
}

export function describeError(cause: unknown): string {
  if (cause instanceof ConnectorFailure) return cause.detail;
  return cause instanceof Error ? cause.message : String(cause);
}
