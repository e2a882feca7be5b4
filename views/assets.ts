/** What pages load, inside the executable: style sheet, icons, fonts, scripts. Made by `bun appliance/assets.ts`. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import hxCsp from "htmx.org/dist/ext/hx-csp.min.js" with { type: "text" };
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import style from "./assets/built/app.css" with { type: "text" };
import client from "./assets/built/client.js" with { type: "text" };
import more from "./assets/built/more.js" with { type: "text" };
import sprite from "./assets/built/sprite.svg" with { type: "text" };
import inter from "./assets/fonts/inter.woff2" with { type: "file" };
import mono from "./assets/fonts/mono.woff2" with { type: "file" };
import icon from "./assets/icon.svg" with { type: "text" };

export interface Asset {
  /** `/assets/<hash of the content>/<name>`: a browser may keep it for good. */
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Compressing it is worth it. */
  readonly isText: boolean;
}

const javascript = "text/javascript; charset=utf-8";

export const assets = {
  style: text("app.css", "text/css; charset=utf-8", style),
  icon: text("icon.svg", "image/svg+xml", icon),
  sprite: text("sprite.svg", "image/svg+xml", sprite),
  htmx: text("htmx.js", javascript, htmx),
  hxCsp: text("hx-csp.js", javascript, hxCsp),
  client: text("client.js", javascript, client),
  /** Loaded by the client script when it is needed. */
  more: text("more.js", javascript, more),
  inter: font("inter.woff2", inter),
  mono: font("mono.woff2", mono),
} as const;

function text(name: string, type: string, content: string): Asset {
  return assetOf(name, type, new TextEncoder().encode(content), true);
}

function font(name: string, path: string): Asset {
  return assetOf(name, "font/woff2", new Uint8Array(readFileSync(path)), false);
}

function assetOf(
  name: string,
  type: string,
  bytes: Uint8Array<ArrayBuffer>,
  isText: boolean,
): Asset {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return { path: `/assets/${hash}/${name}`, type, bytes, isText };
}
