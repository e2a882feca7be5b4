/** `data-theme-set`: a link that has the server remember another theme; here the page follows at once. */
import { icon, isPlain, onClick } from "./dom.ts";

const themes = {
  system: { next: "light", attribute: undefined, icon: "sun-moon", words: "follows the system" },
  light: { next: "dark", attribute: "certctl", icon: "sun", words: "light" },
  dark: { next: "system", attribute: "certctl-dark", icon: "moon", words: "dark" },
} as const;

export function startTheme(): void {
  onClick("a[data-theme-set]", (link, event) => {
    if (!isPlain(event) || !(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    void change(link);
  });
}

/** What is shown has happened: the page changes when the server has set the cookie. */
async function change(link: HTMLAnchorElement): Promise<void> {
  const url = new URL(link.href);
  const wanted = url.searchParams.get("set");
  const theme = themes[wanted === "light" || wanted === "dark" ? wanted : "system"];
  // The answer leads back here; only its cookie is wanted.
  const answer = await fetch(url, { redirect: "manual" });
  if (answer.type !== "opaqueredirect") return;
  const root = document.documentElement;
  if (theme.attribute === undefined) root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme.attribute);
  url.searchParams.set("set", theme.next);
  link.href = url.pathname + url.search;
  const label = `Theme: ${theme.words}. Change it`;
  link.setAttribute("aria-label", label);
  link.title = label;
  link.replaceChildren(icon(theme.icon));
}
