/**
 * Replaces a certificate in a running HAProxy through its runtime API (HAProxy Management Guide, section 9.3,
 * `set ssl cert`, `commit ssl cert`). One transaction; what it refuses is aborted and left to a reload.
 */
import { ConnectorFailure } from "../failure.ts";
import type { Host } from "../host.ts";

export type RuntimeResult =
  | { readonly replaced: true }
  | { readonly replaced: false; readonly reason: string };

export async function replaceAtRuntime(
  host: Host,
  certificate: { readonly socket: string; readonly path: string; readonly pem: string },
  signal: AbortSignal,
): Promise<RuntimeResult> {
  const { socket, path, pem } = certificate;
  // The API splits its commands at spaces and semicolons and knows no quoting for file names.
  if (/[\s;\\]/.test(path)) return not("the path has characters that the runtime API cannot name");
  try {
    const known = await host.converse(socket, "show ssl cert\n", signal);
    if (!known.split("\n").some((line) => line.trim().replace(/^\*/, "") === path)) {
      return not(`the running HAProxy does not use ${path}`);
    }
    const set = await host.converse(socket, `set ssl cert ${path} <<\n${pem}\n`, signal);
    if (!/Transaction (created|updated)/.test(set)) return not(`set ssl cert: ${set.trim()}`);
    const committed = await host.converse(socket, `commit ssl cert ${path}\n`, signal);
    if (/Success!/.test(committed)) return { replaced: true };
    await host.converse(socket, `abort ssl cert ${path}\n`, signal);
    return not(`commit ssl cert: ${committed.trim()}`);
  } catch (cause) {
    if (cause instanceof ConnectorFailure && !signal.aborted) return not(cause.detail);
    throw cause;
  }
}

function not(reason: string): RuntimeResult {
  return { replaced: false, reason };
}
