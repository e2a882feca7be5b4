/** Style sheet and htmx, inside the executable; their address carries their hash, so that a browser keeps them for good. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import htmxCsp from "htmx.org/dist/ext/hx-csp.min.js" with { type: "text" };
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
// biome-ignore lint/correctness/noUnresolvedImports: a text, declared in views/assets/text.d.ts
import controls from "#views/assets/controls.css" with { type: "text" };
// biome-ignore lint/correctness/noUnresolvedImports: a text, declared in views/assets/text.d.ts
import style from "#views/assets/style.css" with { type: "text" };
import type { Assets } from "#views/layout.tsx";
import type { App } from "./shell.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
}

/** Serves the files and tells their addresses. */
export function mountAssets(app: App): Assets {
  const files = {
    style: assetOf("style.css", "text/css; charset=utf-8", style + controls),
    htmx: assetOf("htmx.js", "text/javascript; charset=utf-8", htmx),
    htmxCsp: assetOf("hx-csp.js", "text/javascript; charset=utf-8", htmxCsp),
  };
  for (const asset of Object.values(files)) {
    app.get(asset.path, (c) => answer(asset, c.req.header("accept-encoding") ?? ""));
  }
  return { style: files.style.path, htmx: files.htmx.path, htmxCsp: files.htmxCsp.path };
}

function assetOf(name: string, type: string, text: string): Asset {
  const plain = new TextEncoder().encode(text);
  const hash = createHash("sha256").update(plain).digest("hex").slice(0, 12);
  return { path: `/assets/${hash}/${name}`, type, plain, zipped: new Uint8Array(gzipSync(plain)) };
}

/** Pages themselves are never compressed: they hold a token beside what the caller typed (the BREACH attack). */
function answer(asset: Asset, accepted: string): Response {
  const isZipped = /\bgzip\b/.test(accepted);
  return new Response(isZipped ? asset.zipped : asset.plain, {
    headers: {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      ...(isZipped ? { "content-encoding": "gzip" } : {}),
    },
  });
}
