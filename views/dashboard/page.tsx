/** The first page: what needs a person, numbers with what they were, what ends when, and what happens now. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import type { Counts } from "#features/overview/stats-api.ts";
import type { Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { grouped } from "../list-table.tsx";
import { Live } from "../live.tsx";
import { relative } from "../time.tsx";
import { AttentionPanel } from "./attention.tsx";
import { ExpiryPanel, RatesPanel } from "./charts.tsx";
import { FeedPanel } from "./feed.tsx";
import { FirstSteps } from "./first-steps.tsx";
import type { DashboardProps } from "./props.ts";
import { Stats } from "./stats.tsx";
import { AgentsPanel, IssuersPanel } from "./strips.tsx";

export function DashboardPage(props: DashboardProps): Html {
  const { frame, counts, agents, hasTarget } = props;
  const isNew = counts.certificates.now === 0;
  return (
    <Live frame={frame} running={false}>
      <Head title={titleOf(props)} help="attention" lede={<Lede {...props} />}>
        {frame.may(certificatesApi.create) ? (
          <a class="btn btn-primary" href="/certificates/new" data-new>
            <Icon name="plus" class="i-s" />
            New certificate
          </a>
        ) : null}
      </Head>
      {isNew ? (
        <FirstSteps frame={frame} hasAgent={agents.total > 0} hasTarget={hasTarget} />
      ) : null}
      <Stats counts={counts} />
      <div class="cols cols-main stretch mb-4">
        <AttentionPanel {...props} />
        <FeedPanel {...props} />
      </div>
      <div class="cols cols-main stretch mb-4">
        <ExpiryPanel {...props} />
        <RatesPanel {...props} />
      </div>
      <div class="cols cols-2 stretch">
        <IssuersPanel {...props} />
        <AgentsPanel {...props} />
      </div>
    </Live>
  );
}

function titleOf({ attention, counts }: DashboardProps): string {
  if (attention.total === 0) return counts.certificates.now === 0 ? "Welcome" : "All is well";
  return attention.total === 1
    ? "1 thing needs someone"
    : `${grouped(attention.total)} things need someone`;
}

function Lede({ frame, counts }: DashboardProps): Html {
  const { now } = counts.certificates;
  if (now === 0) return <>No certificate is managed here yet.</>;
  const next = nextWords(counts.nextRenewalAt, frame.now);
  return (
    <>
      <b>{`${grouped(counts.inOrder)} of ${grouped(now)}`}</b>
      {` ${now === 1 ? "certificate is" : "certificates are"} in order. ${next}`}
    </>
  );
}

function nextWords(at: Counts["nextRenewalAt"], now: Frame["now"]): string {
  if (at === null) return "None is waiting for a renewal.";
  return at <= now ? "The next renewal is due now." : `Next renewal ${relative(at, now)}.`;
}
