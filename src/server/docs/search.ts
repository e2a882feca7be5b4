/**
 * Search over the documentation: sections that have all words, the best first (after Okapi BM25, Robertson and Zaragoza
 * 2009, with a heading weighed above what stands under it). Reading all of it takes a few milliseconds, so there is no index.
 */
import type { Found } from "#views/docs/manual.ts";
import type { Manual, Section } from "./manual.ts";

export interface Results {
  /** The best of them. */
  readonly found: readonly Found[];
  readonly total: number;
  /** No section has all the words: these have some. */
  readonly isPartial: boolean;
}

/** Beyond this many a reader asks more precisely. */
const most = 30;
/** More words only cost time. */
const mostWords = 8;
/** The usual constants of BM25: how soon repetition stops to count, and how much length does. */
const saturation = 1.2;
const lengthWeight = 0.75;
/** A word that is the heading says what the section is about; one that begins a word of it nearly so. */
const headingWeight = 6;
/** A heading that has all words as they were typed is what was meant. */
const phraseWeight = 2;
/** Explanations before tables. */
const groupWeight = { Guide: 1.5, Reference: 1, Background: 0.7 } as const;

interface Scored {
  readonly section: Section;
  readonly score: number;
  /** How many of the words it has. */
  readonly words: number;
}

export function searchManual(manual: Manual, query: string): Results {
  const words = wordsOf(query);
  if (words.length === 0) return { found: [], total: 0, isPartial: false };
  const scored = score(manual.sections, words);
  const complete = scored.filter((it) => it.words === words.length);
  const isPartial = complete.length === 0;
  const wanted = isPartial ? scored : complete;
  wanted.sort((a, b) => b.words - a.words || b.score - a.score);
  return {
    found: wanted.slice(0, most).map(({ section }) => foundOf(section, words)),
    total: wanted.length,
    isPartial,
  };
}

function wordsOf(query: string): readonly string[] {
  const all = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...new Set(all)].slice(0, mostWords);
}

/** A word counts where a word begins with its stem: "renew" finds "renewal", and "retire" finds "retiring". */
const pattern = (word: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])${stemOf(word)}`, "giu");

/** Without a usual ending, where enough is left to mean something; names with digits or underscores stay as they are. */
function stemOf(word: string): string {
  const stem = /^\p{L}+$/u.test(word) ? word.replace(/(?:ies|ings?|ed|es|[esy])$/, "") : word;
  return stem.length < 4 ? word : stem;
}

const count = (text: string, word: RegExp): number => text.match(word)?.length ?? 0;

function score(sections: readonly Section[], words: readonly string[]): Scored[] {
  const average = sections.reduce((sum, it) => sum + it.text.length, 0) / sections.length;
  const totals = sections.map((section) => ({ section, score: 0, words: 0 }));
  for (const word of words) {
    const regex = pattern(word);
    const hits = totals.map((it) => ({
      it,
      heading: inHeading(it.section, word, regex),
      text: count(it.section.text, regex),
    }));
    const having = hits.filter((hit) => hit.heading > 0 || hit.text > 0);
    const rarity = Math.log(1 + (sections.length - having.length + 0.5) / (having.length + 0.5));
    for (const { it, heading, text } of having) {
      const length = 1 - lengthWeight + lengthWeight * (it.section.text.length / average);
      const inText = (text * (saturation + 1)) / (text + saturation * length);
      it.score += rarity * (inText + heading) * groupWeight[it.section.page.group];
      it.words += 1;
    }
  }
  const phrase = words.join(" ");
  for (const it of totals) {
    if (words.length > 1 && it.section.heading.text.toLowerCase().includes(phrase)) {
      it.score *= phraseWeight;
    }
  }
  return totals.filter((it) => it.words > 0);
}

/** The page's own title counts most: whoever looks for "renewal" wants the page about it. */
function inHeading({ heading }: Section, word: string, regex: RegExp): number {
  const hits = count(heading.text, regex);
  if (hits === 0) return 0;
  const parts: readonly string[] = heading.text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const share = word.length / Math.max(1, parts.join("").length);
  const likeness = parts.includes(word) ? 1.5 : 1;
  return headingWeight * likeness * (share + (heading.depth === 1 ? 0.5 : 0.25));
}

/** Characters around the first hit. */
const around = { before: 60, after: 150 } as const;

function foundOf({ page, heading, text }: Section, words: readonly string[]): Found {
  const any = new RegExp(`(?:${words.map((it) => pattern(it).source).join("|")})\\p{L}*`, "giu");
  const first = text.search(any);
  const from = Math.max(0, first - around.before);
  const start = from === 0 ? 0 : text.indexOf(" ", from) + 1;
  const cut = text.slice(start, Math.max(first, 0) + around.after);
  const isCut = start + cut.length < text.length;
  const shown = isCut ? cut.replace(/\s\S*$/, "") : cut;
  const snippet: { text: string; isMatch: boolean }[] = [];
  const add = (part: string, isMatch: boolean) => {
    if (part !== "") snippet.push({ text: part, isMatch });
  };
  let at = 0;
  add(start > 0 ? "… " : "", false);
  for (const match of shown.matchAll(any)) {
    add(shown.slice(at, match.index), false);
    add(match[0], true);
    at = match.index + match[0].length;
  }
  add(shown.slice(at), false);
  add(isCut ? " …" : "", false);
  return { page: { id: page.id, title: page.title, group: page.group }, heading, snippet };
}
