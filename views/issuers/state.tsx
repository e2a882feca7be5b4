/** An issuer in a cell: whether it can be used, and how long the authority behind it lives. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { IssuerStrip } from "#features/overview/stats-api.ts";
import type { Html } from "../html.ts";
import { Life } from "../life.tsx";
import { Status } from "../status.tsx";
import { relative } from "../time.tsx";

export function IssuerState({
  of,
}: {
  readonly of: Pick<IssuerStrip, "enabled" | "testStatus">;
}): Html {
  if (!of.enabled) return <Status of="Archived" label="Switched off" />;
  if (of.testStatus === "failed") return <Status of="Failed" label="Test failed" />;
  if (of.testStatus === "success") return <Status of="Active" label="Test passed" />;
  return <Status of="untested" label="Not tested" />;
}

export function AuthorityLife({
  of,
  now,
}: {
  readonly of: Pick<IssuerStrip, "authority">;
  readonly now: Instant;
}): Html {
  const { authority } = of;
  if (authority === null) return <span class="sub">Another's CA</span>;
  const { notBefore, notAfter } = authority;
  return (
    <div class="lt">
      <span class="sub">{`ends ${relative(notAfter, now)}`}</span>
      <Life from={notBefore} to={notAfter} now={now} renewAt={null} />
    </div>
  );
}
