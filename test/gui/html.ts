/** What tests need to know of a page's HTML: forms with the values a browser would send, ids and what points to them. */

export interface Form {
  readonly action: string;
  readonly method: string;
  /** What is sent when nothing is touched. */
  readonly fields: URLSearchParams;
}

interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Text directly or deeper inside. */
  text: string;
}

/** Every element in document order, with its text. */
export function elementsIn(html: string): readonly Element[] {
  const all: Element[] = [];
  const open: Element[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(it) {
      const element = { tag: it.tagName, attributes: new Map(it.attributes), text: "" };
      all.push(element);
      if (voids.has(it.tagName)) return;
      open.push(element);
      it.onEndTag(() => void open.pop());
    },
    text(chunk) {
      for (const element of open) element.text += decode(chunk.text);
    },
  });
  rewriter.transform(html);
  return all;
}

const voids: ReadonlySet<string> = new Set(["meta", "link", "input", "br", "hr", "img", "wbr"]);

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (it) => entities[it] ?? it);

/** Forms with their successful controls (HTML Standard, "constructing the entry list"). */
export function formsIn(html: string): readonly Form[] {
  const forms: Form[] = [];
  let form: Form | undefined;
  let select: { name: string; first: string | undefined; chosen: string | undefined } | undefined;
  for (const element of elementsIn(html)) {
    const get = (name: string) => decode(element.attributes.get(name) ?? "");
    if (element.tag !== "option" && select) {
      form?.fields.append(select.name, select.chosen ?? select.first ?? "");
      select = undefined;
    }
    if (element.tag === "form") {
      form = { action: get("action"), method: get("method"), fields: new URLSearchParams() };
      forms.push(form);
    }
    if (element.tag === "select")
      select = { name: get("name"), first: undefined, chosen: undefined };
    if (element.tag === "option" && select) {
      select.first ??= get("value");
      if (element.attributes.has("selected")) select.chosen = get("value");
    }
    if (element.tag === "textarea")
      form?.fields.append(get("name"), element.text.replace(/^\n/, ""));
    if (element.tag === "input" && isSent(element)) form?.fields.append(get("name"), get("value"));
  }
  return forms;
}

const isSent = ({ attributes }: Element): boolean =>
  attributes.has("name") &&
  (!["checkbox", "radio"].includes(attributes.get("type") ?? "") || attributes.has("checked"));

/** What is wrong with a page for people who use assistive technology, as far as markup tells. */
export function faultsIn(html: string): readonly string[] {
  const elements = elementsIn(html);
  const at = (name: string) => elements.flatMap((it) => it.attributes.get(name) ?? []);
  const ids = at("id");
  const known = new Set(ids);
  const faults = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two #${id}`);
  const labelled = new Set(at("for"));
  for (const id of labelled) if (!known.has(id)) faults.push(`label for nothing: ${id}`);
  for (const id of at("aria-describedby").flatMap((it) => it.split(" "))) {
    if (!known.has(id)) faults.push(`described by nothing: ${id}`);
  }
  const count = (tag: string) => elements.filter((it) => it.tag === tag).length;
  if (count("h1") !== 1) faults.push(`${count("h1")} h1`);
  if (count("main") !== 1) faults.push(`${count("main")} main`);
  if (count("table") !== count("caption")) faults.push("a table without caption");
  for (const it of elements) {
    const type = it.attributes.get("type");
    const isControl =
      !it.attributes.has("hidden") &&
      (["select", "textarea"].includes(it.tag) ||
        (it.tag === "input" && !["hidden", "checkbox", "radio"].includes(type ?? "")));
    const id = it.attributes.get("id");
    if (isControl && !(id && labelled.has(id)))
      faults.push(`no label: ${it.attributes.get("name")}`);
    if (
      ["button", "a", "th", "legend", "summary"].includes(it.tag) &&
      it.text.trim() === "" &&
      (it.attributes.get("aria-label") ?? "") === ""
    ) {
      faults.push(`an empty ${it.tag}`);
    }
  }
  if (
    /\[object |undefined|NaN|Invalid Date/.test(
      elements.find((it) => it.tag === "body")?.text ?? "",
    )
  ) {
    faults.push("a value that is none");
  }
  return faults;
}
