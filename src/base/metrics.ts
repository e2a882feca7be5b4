/** Counters and timings by name, as one closed table; the server renders them for Prometheus. */

interface Row {
  readonly help: string;
  readonly labels: readonly string[];
}

/** Only grow; begin at zero with the process. */
export const counters = {
  certctl_http_requests_total: {
    help: "HTTP requests by door and status class.",
    labels: ["door", "status"],
  },
  certctl_issuance_total: {
    help: "Certificates issued, pending or refused.",
    labels: ["issuer_type", "outcome"],
  },
  certctl_issuance_refused_total: {
    help: "Requests refused before the CA key was used.",
    labels: ["rule"],
  },
  certctl_signer_calls_total: { help: "Uses of a CA key.", labels: ["purpose"] },
  certctl_jobs_finished_total: { help: "Job attempts by outcome.", labels: ["kind", "outcome"] },
  certctl_deploy_attempts_total: {
    help: "Deployments by target type and result.",
    labels: ["target_type", "result"],
  },
  certctl_sign_in_failures_total: {
    help: "Failed sign-ins and bad credentials.",
    labels: ["kind"],
  },
  certctl_rate_limited_total: { help: "Requests answered with 429.", labels: ["by"] },
} as const satisfies Record<string, Row>;

/** Seconds. */
export const timings = {
  certctl_http_request_duration_seconds: { help: "Time to answer.", labels: ["method"] },
  certctl_issuance_duration_seconds: {
    help: "From request to recorded certificate.",
    labels: ["issuer_type"],
  },
  certctl_job_duration_seconds: { help: "One attempt of a job.", labels: ["kind"] },
} as const satisfies Record<string, Row>;

export type CounterName = keyof typeof counters;
export type TimingName = keyof typeof timings;

export interface Metrics {
  count(name: CounterName, labels: Readonly<Record<string, string>>, by?: number): void;
  time(name: TimingName, labels: Readonly<Record<string, string>>, seconds: number): void;
}
