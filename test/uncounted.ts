/** Metrics that count nothing. */
import type { Metrics } from "#base/metrics.ts";

export const uncountedForTests: Metrics = { count() {}, time() {} };
