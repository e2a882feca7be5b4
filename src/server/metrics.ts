/** Metrics kept by prom-client in a registry of this server's own, and rendered for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  counters,
  type Metrics,
  type TimingName,
  timings,
} from "#base/metrics.ts";

export interface ServerMetrics extends Metrics {
  snapshot(): Promise<Readonly<Record<string, number>>>;
  render(gauges: Readonly<Record<string, number>>): Promise<string>;
}

const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export function serverMetrics(): ServerMetrics {
  const registry = new Registry();
  const counter = new Map<CounterName, Counter>();
  for (const [name, row] of Object.entries(counters)) {
    const made = new Counter({
      name,
      help: row.help,
      labelNames: row.labels,
      registers: [registry],
    });
    // The keys of a literal object are the names it was written with.
    counter.set(name as CounterName, made);
  }
  const timing = new Map<TimingName, Histogram>();
  for (const [name, row] of Object.entries(timings)) {
    const made = new Histogram({
      name,
      help: row.help,
      labelNames: row.labels,
      buckets,
      registers: [registry],
    });
    timing.set(name as TimingName, made);
  }
  const gauges = new Map<string, Gauge>();
  return {
    count: (name, labels, by = 1) => counter.get(name)?.inc({ ...labels }, by),
    time: (name, labels, spent) => timing.get(name)?.observe({ ...labels }, spent),
    async snapshot() {
      const values: Record<string, number> = {};
      for (const [name, it] of counter) {
        for (const { labels, value } of (await it.get()).values) {
          const text = Object.entries(labels).map(([key, label]) => `${key}="${label}"`);
          values[text.length > 0 ? `${name}{${text.join(",")}}` : name] = value;
        }
      }
      return values;
    },
    async render(values) {
      for (const [key, value] of Object.entries(values)) {
        const name = `certctl_${key}`;
        const gauge =
          gauges.get(key) ?? new Gauge({ name, help: helpOf(key), registers: [registry] });
        gauges.set(key, gauge);
        gauge.set(value);
      }
      return await registry.metrics();
    },
  };
}

const helpOf = (key: string): string => `Now: ${key.replaceAll("_", " ")}.`;
