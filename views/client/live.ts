/**
 * What the server tells this page: that its subject has changed. The live parts are then asked for again and morphed;
 * a list never moves by itself but says how much has changed. A page that nobody sees listens to nothing.
 */
import { all, find, htmx, make } from "./dom.ts";
import { renewTimes } from "./times.ts";
import { forgetToast, toast } from "./toast.ts";

interface Told {
  readonly now?: string;
  readonly build?: string;
  readonly count?: number;
}

type State = "connecting" | "live" | "paused" | "ended";

/** Longer than two beats of the server without a word: the connection is dead, whatever the browser thinks. */
const silence = 40_000;
const background = { "X-Certctl-Background": "true" };

let source: EventSource | undefined;
let state: State = "connecting";
/** Position of the last event, for a new connection. */
let seen = "";
let build: string | undefined;
/** What the server's clock is ahead of ours, in milliseconds. */
let ahead = 0;
let heardAt = 0;
/** The path of the page that the stream is about. */
let listening = "";
let failures = 0;
let changes = 0;
let ticks = 0;
let again: ReturnType<typeof setTimeout> | undefined;

export function startLive(): void {
  const foot = find("[data-live]");
  if (!foot) return;
  const made = Date.parse(foot.dataset["now"] ?? "");
  if (!Number.isNaN(made)) ahead = made - Date.now();
  const config = htmx().config;
  // What somebody opened stays open, and what somebody types in stays as it is.
  config.morphIgnore.push("open");
  config.morphSkip += ", form[data-dirty]";
  document.addEventListener("htmx:before:swap", keepOnFailure);
  document.addEventListener("htmx:after:history:push", () => {
    if (location.pathname !== listening) follow();
  });
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => {
    if (event instanceof PageTransitionEvent && event.persisted) follow();
  });
  setInterval(tick, 1_000);
  follow();
}

/** Listens while the page is looked at. Coming back it hears what it missed. */
function follow(): void {
  if (state === "ended") return;
  disconnect();
  if (document.visibilityState === "hidden") show("paused");
  else {
    renewTimes(Date.now() + ahead);
    connect();
  }
}

function disconnect(): void {
  clearTimeout(again);
  source?.close();
  source = undefined;
}

function connect(): void {
  listening = location.pathname;
  const query = new URLSearchParams({ at: listening });
  const made = find("[data-live]")?.dataset["now"];
  if (seen !== "") query.set("after", seen);
  else if (made !== undefined) query.set("since", made);
  heardAt = Date.now();
  paint();
  const stream = new EventSource(`/ui/live?${query}`);
  source = stream;
  const on = (name: string, work: (told: Told) => void) =>
    stream.addEventListener(name, (event) => {
      const told = hear(event);
      if (told) work(told);
    });
  on("hello", greet);
  on("beat", () => undefined);
  on("changed", ({ count = 1 }) => tell(count));
  on("ended", end);
  stream.addEventListener("error", () => {
    show("paused");
    // The browser tries again by itself, unless the server refused it.
    if (stream.readyState === EventSource.CLOSED) retry();
  });
}

function retry(): void {
  disconnect();
  failures++;
  again = setTimeout(follow, Math.min(1_000 * 2 ** failures, 30_000) * (0.7 + Math.random() * 0.6));
}

/** The end of a session is said without a moment. */
function hear(event: Event): Told | undefined {
  if (!(event instanceof MessageEvent) || typeof event.data !== "string") return undefined;
  const told: Told = JSON.parse(event.data);
  heardAt = Date.now();
  seen = event.lastEventId;
  const now = Date.parse(told.now ?? "");
  if (!Number.isNaN(now)) ahead = now - heardAt;
  return told;
}

function greet(told: Told): void {
  failures = 0;
  show("live");
  build ??= told.build;
  if (build === told.build) return;
  const reload = make("a", { class: "btn btn-sm", href: location.href }, "Load the page again");
  toast("The server was updated.", { icon: "info", lasting: "build", action: reload });
}

function end(): void {
  disconnect();
  show("ended");
  const next = encodeURIComponent(location.pathname + location.search);
  const link = make("a", { class: "btn btn-sm", href: `/signin?next=${next}` }, "Sign in");
  toast("Your session has ended.", { icon: "log-out", lasting: "session", action: link });
}

const regions = (): HTMLElement[] => all("main [data-live-region][id]");

function tell(count: number): void {
  if (regions().length > 0) void refresh();
  else if (find("main #list")) {
    changes += count;
    const words = changes === 1 ? "1 change" : `${changes} changes`;
    const button = make("button", { type: "button", class: "btn btn-sm" }, "Show");
    button.addEventListener("click", () => void showList());
    toast(words, { icon: "refresh-cw", lasting: "changes", action: button });
  }
}

async function showList(): Promise<void> {
  const main = find("#main");
  if (!main) return;
  changes = 0;
  forgetToast("changes");
  await load(main, "#main", "outerMorph");
}

let isLoading = false;
let isStale = false;

/** One at a time: what happens meanwhile is asked for afterwards, once. */
async function refresh(): Promise<void> {
  isStale = true;
  if (isLoading) return;
  isLoading = true;
  try {
    while (isStale) {
      isStale = false;
      const [first, ...others] = regions();
      if (!first) return;
      await load(first, `#${CSS.escape(first.id)}`, "outerMorph", others);
    }
  } finally {
    isLoading = false;
  }
}

async function load(
  target: Element,
  select: string,
  swap: string,
  others: readonly Element[] = [],
): Promise<void> {
  const selectOOB = others.map((it) => `#${CSS.escape(it.id)}:outerMorph`).join(",");
  const path = location.pathname + location.search;
  await htmx().ajax("GET", path, {
    target,
    select,
    swap,
    headers: background,
    ...(selectOOB === "" ? {} : { selectOOB }),
  });
}

/** A refresh that failed leaves what is there. */
function keepOnFailure(event: Event): void {
  if (!(event instanceof CustomEvent)) return;
  const { request, response } = event.detail.ctx ?? {};
  if (request?.headers?.["X-Certctl-Background"] && response?.status !== 200)
    event.preventDefault();
}

const words: Readonly<Record<State, string>> = {
  connecting: "Connecting",
  live: "Live",
  paused: "Updates paused",
  ended: "Signed out",
};

function show(next: State): void {
  if (state === "ended") return;
  state = next;
  paint();
}

function tick(): void {
  if (source && Date.now() - heardAt > silence) {
    show("paused");
    retry();
  }
  if (state === "live") paint();
  ticks++;
  if (ticks % 10 === 0) renewTimes(Date.now() + ahead);
}

/** The moment is the server's; while updates are paused it stands at the last word. */
function paint(): void {
  const foot = find("[data-live]");
  if (!foot) return;
  const at = new Date((state === "live" ? Date.now() : heardAt) + ahead);
  const time = at.toISOString().slice(11, 19);
  const dot = make("span", { class: state === "live" ? "dot" : "dot w" });
  foot.dataset["live"] = state;
  foot.replaceChildren(dot, ` ${words[state]}, ${time} UTC`);
}
