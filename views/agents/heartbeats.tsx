/** The day of one agent: in which quarters of an hour it was heard of, and its longest silence. */
/** @jsxImportSource hono/jsx */
import type { Output } from "#base/contract.ts";
import { hours, type Instant, type Milliseconds } from "#base/time.ts";
import type { agentsApi } from "#features/agents/api.ts";
import { BeatStrip, Numbers } from "../chart.tsx";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { lengthInWords, relative, shortly } from "../time.tsx";
import { beatsOf, longestSilence, type Slot, slotsOf } from "./beats.ts";

export interface HeartbeatsProps {
  readonly of: Output<typeof agentsApi.heartbeats>;
  readonly joined: Instant;
  readonly now: Instant;
}

/** Slots of five minutes: three are a cell. */
const together = 3;

export function Heartbeats({ of, joined, now }: HeartbeatsProps): Html {
  const length: Milliseconds = of.slotSeconds * 1_000;
  // Before it joined there was no agent to be silent.
  const since = (from: Instant, span: Milliseconds) => from + span > joined;
  const slots = slotsOf(of.data, { length, joined, now })
    .filter((it) => it.from <= now)
    .filter((it) => since(it.from, length));
  const rows = of.data.filter(({ hour }) => since(hour, hours(1)));
  const [first] = slots;
  const isWhole = rows.length === of.data.length;
  return (
    <Panel title="Heartbeats" sub={isWhole ? `Last ${of.total} hours` : "Since it joined"}>
      <div class="pb">
        <p class="mb-4">{sentenceOf(slots, length, now)}</p>
        <BeatStrip beats={beatsOf(slots, together)} />
        <div class="axis">
          {first ? <span>{shortly(isWhole ? first.from : joined).slice(-9)}</span> : null}
          <span>Now</span>
        </div>
        <Numbers
          caption="Heartbeats by the hour"
          head={["Hour (UTC)", "Heard of, in minutes"]}
          rows={rows.map(({ hour }) => {
            const own = slots.filter((it) => it.from >= hour && it.from < hour + hours(1));
            const said = own.filter((it) => it.heard !== null);
            const minutesOf = (n: number) => (n * of.slotSeconds) / 60;
            return [
              new Date(hour).toISOString().slice(0, 16).replace("T", " "),
              said.length === 0
                ? "–"
                : `${minutesOf(said.filter((it) => it.heard).length)} of ${minutesOf(said.length)}`,
            ];
          })}
        />
      </div>
    </Panel>
  );
}

/** In words what the strip shows. */
export function sentenceOf(slots: readonly Slot[], length: Milliseconds, now: Instant): string {
  const said = slots.filter((it) => it.heard !== null);
  if (said.length === 0) return "Nothing is known of this time yet.";
  const heard = said.filter((it) => it.heard).length;
  const silence = longestSilence(slots, length);
  const [first] = said;
  const isWhole = said.length > slots.length - 2;
  if (!silence || !first) {
    return isWhole || !first
      ? "Heard of all the time."
      : `Heard of all the time since ${shortly(first.from)}.`;
  }
  const share = Math.floor((heard / said.length) * 1_000) / 10;
  const end = now - silence.until < length ? "until now" : `until ${relative(silence.until, now)}`;
  return `Heard of in ${share} % of the time. The longest silence was ${lengthInWords(silence.until - silence.from)}, ${end}.`;
}
