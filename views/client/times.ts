/** Relative times as the server would say them now: whoever reads a page for an hour is not told of two minutes. */
import { relative } from "../relative.ts";
import { all } from "./dom.ts";

/** `now` is the server's. What stands beside the words, as the absolute time, is left alone. */
export function renewTimes(now: number): void {
  for (const time of all("time[data-ago]")) {
    const words = time.firstChild;
    const at = Date.parse(time.getAttribute("datetime") ?? "");
    if (!(words instanceof Text) || Number.isNaN(at)) continue;
    const said = relative(at, now);
    if (words.data !== said) words.data = said;
  }
}
