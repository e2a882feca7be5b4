/** Serves what pages load; their address carries their hash, so that a browser keeps them for good. */
import { gzipSync } from "node:zlib";
import { type Asset, assets } from "#views/assets.ts";
import type { App } from "./shell.ts";

export function mountAssets(app: App): void {
  for (const asset of Object.values(assets)) {
    const zipped = asset.isText ? new Uint8Array(gzipSync(asset.bytes, { level: 9 })) : undefined;
    app.get(asset.path, (c) => answer(asset, zipped, c.req.header("accept-encoding") ?? ""));
  }
}

/** Pages themselves are never compressed: they hold a token beside what the caller typed (the BREACH attack). */
function answer(
  asset: Asset,
  zipped: Uint8Array<ArrayBuffer> | undefined,
  accepted: string,
): Response {
  const body = /\bgzip\b/.test(accepted) ? zipped : undefined;
  return new Response(body ?? asset.bytes, {
    headers: {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      ...(body ? { "content-encoding": "gzip" } : {}),
    },
  });
}
