import { expect, test } from "bun:test";
import fc from "fast-check";
import { instant } from "#base/time.ts";
import { nextRun } from "./schedule-queries.ts";
import { activeStates, JobState, jobMachine } from "./state.ts";

const events = [
  "claim",
  "submit",
  "approve",
  "reject",
  "timeOut",
  "succeed",
  "retry",
  "giveUp",
  "cancel",
  "leaseExpired",
  "awaitCsr",
  "pause",
  "resume",
] as const;

test("a job never leaves a final state, whatever happens, and is always in some state", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...JobState.options),
      fc.array(fc.constantFrom(...events)),
      (start, history) => {
        let state: JobState = start;
        for (const event of history) {
          const after = jobMachine.next(state, event);
          if (jobMachine.isFinal(state)) expect(after).toBeUndefined();
          state = after ?? state;
        }
        expect(JobState.options).toContain(state);
      },
    ),
  );
});

test("Completed and Cancelled are final, and only a person brings Failed back", () => {
  expect(jobMachine.states.filter((it) => jobMachine.isFinal(it))).toEqual([
    "Completed",
    "Cancelled",
  ]);
  expect(events.filter((it) => jobMachine.next("Failed", it) !== undefined)).toEqual(["retry"]);
});

test("the dedupe index covers exactly the states in which something is still to happen", () => {
  const ended: readonly JobState[] = ["Completed", "Failed", "Cancelled"];
  expect(JobState.options.filter((it) => !ended.includes(it)).toSorted()).toEqual(
    [...activeStates].toSorted(),
  );
});

test("the next run lies in the future and keeps the rhythm, however many were missed", () => {
  fc.assert(
    fc.property(
      fc.nat(1e12),
      fc.integer({ min: 1, max: 1e9 }),
      fc.nat(1e12),
      (due, interval, late) => {
        const now = instant(due + late);
        const next = nextRun(instant(due), interval, now);
        expect(next).toBeGreaterThan(now);
        expect(next - now).toBeLessThanOrEqual(interval);
        expect((next - due) % interval).toBe(0);
      },
    ),
  );
});
