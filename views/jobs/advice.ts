/** What to try when a job fails, by what kind of work it is and by what was said. Pure. */
import type { JobView } from "#features/work/job-view.ts";

interface Advice {
  /** What the failure says. */
  readonly when: RegExp;
  readonly say: string;
}

/** Told by the words of the failures that this product makes; a message of somebody else matches none. */
const byWords: readonly Advice[] = [
  {
    when: /no configuration file|main configuration/i,
    say: "Set config_file in the target's configuration to the file that the service reads first, then test the target.",
  },
  {
    when: /test of the (staged )?configuration|configuration test|refuses? (its|the) configuration/i,
    say: "The service refuses its own configuration: nothing was changed. Repair what the message names on that machine, then try again.",
  },
  {
    when: /nothing listens|connection refused|no socket/i,
    say: "Start the service on that machine, or correct the address or socket in the target.",
  },
  {
    when: /permission|EACCES|may not write/i,
    say: "Let the agent's user write there, or give the target a path that it may write.",
  },
  {
    when: /there is no (user|group)/i,
    say: "Make that user or group there, or change it in the target.",
  },
  {
    when: /cannot reach|timed? ?out|ECONN|ENOTFOUND/i,
    say: "The other side did not answer: check its address, the network between, and name resolution.",
  },
  {
    when: /rate limit|too many/i,
    say: "The CA limits how often it is asked: it is tried again later by itself; asking sooner lengthens the wait.",
  },
  {
    when: /\bCAA\b/i,
    say: "The CAA record of the name forbids this CA: add it to the record, or order from another issuer.",
  },
  {
    when: /\((rejectedIdentifier|unsupportedIdentifier)\)/,
    say: "The CA does not certify this name: order from another issuer, or ask the CA to allow it.",
  },
  {
    when: /challenge|authorization/i,
    say: "The CA could not verify that the name is yours: its request must reach the HTTP port of this server, or of the host that the name points to.",
  },
  {
    when: /no authority|not active/i,
    say: "The issuer has no active authority: look at its authorities.",
  },
];

const byType: Readonly<Record<JobView["type"], string>> = {
  Issuance: "Look at the issuer and test its connection.",
  Renewal:
    "Look at the issuer and test its connection. The present version stays in use meanwhile.",
  Deployment: "Look at the target and have its agent test it. What was in place is in place still.",
  Validation: "Look whether the service runs and serves at the address of the target.",
  Bulk: "Look at the items that failed: each says why.",
};

/** Never empty; the most specific first. */
export function adviceFor(job: Pick<JobView, "type" | "lastError" | "status">): readonly string[] {
  const text = job.lastError ?? "";
  const specific = byWords.filter((it) => it.when.test(text)).map((it) => it.say);
  const next =
    job.status === "Failed"
      ? "Then press Try again now: the steps that were done are not done twice."
      : "It is tried again by itself; Try again now does it at once.";
  return [...specific.slice(0, 2), byType[job.type], next];
}
