/** Offers, while somebody types, the things of a list whose names match. The list's own path is asked, as anybody may. */
import { make } from "./dom.ts";

interface Found {
  readonly data: readonly { readonly id: string; readonly name: string }[];
}

const offered = 20;
let waiting: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

export function offer(input: HTMLInputElement): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => void find(input), 150);
}

async function find(input: HTMLInputElement): Promise<void> {
  const { value, list } = input;
  const path = input.dataset["search"];
  // What was chosen from the list needs no other offers.
  if (
    !list ||
    path === undefined ||
    [...list.children].some((it) => it.getAttribute("value") === value)
  )
    return;
  const ask = ++asked;
  const query = new URLSearchParams({ q: value, per_page: String(offered) });
  const answer = await fetch(`${path}?${query}`, { headers: { accept: "application/json" } });
  // A later question has been asked meanwhile; without an answer the name can be typed all the same.
  if (ask !== asked || !answer.ok) return;
  const { data }: Found = await answer.json();
  const count = new Map<string, number>();
  for (const { name } of data) count.set(name, (count.get(name) ?? 0) + 1);
  list.replaceChildren(
    ...data.map(({ id, name }) =>
      make("option", { value: (count.get(name) ?? 0) > 1 ? `${name} (${id})` : name }),
    ),
  );
}
