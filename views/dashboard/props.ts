/** What the dashboard is shown from. */
import type { Attention } from "#features/overview/attention.ts";
import type {
  AgentStrip,
  Counts,
  Happening,
  IssuerStrip,
  Timeline,
} from "#features/overview/stats-api.ts";
import type { Frame } from "../frame.ts";

export interface DashboardProps {
  readonly frame: Frame;
  readonly attention: { readonly data: readonly Attention[]; readonly total: number };
  readonly counts: Counts;
  readonly timeline: Timeline;
  readonly issuers: readonly IssuerStrip[];
  readonly agents: {
    readonly data: readonly AgentStrip[];
    readonly total: number;
    readonly inTouch: number;
  };
  readonly feed: readonly Happening[];
  /** There is a target already. */
  readonly hasTarget: boolean;
}
