/** `an agent`, `a team`: English, by the first letter; our nouns with a `u` (user) are said with a consonant. */
export const withArticle = (noun: string): string =>
  `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`;
