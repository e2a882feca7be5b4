/** Lengths of time as people type them, which travel as seconds: `90 d`, `36 h`, `1 d 12 h`, `3600`. Pure. */

const sizes: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** In the largest unit that holds it without rest. */
export function lengthText(seconds: number): string {
  if (seconds === 0) return "0";
  const unit = Object.keys(sizes).find((it) => seconds % (sizes[it] ?? 1) === 0) ?? "s";
  return `${seconds / (sizes[unit] ?? 1)} ${unit}`;
}

/** Seconds; undefined when it is no length. A number alone is seconds. */
export function lengthIn(text: string): number | undefined {
  const plain = text.trim().toLowerCase();
  if (/^\d+$/.test(plain)) return Number(plain);
  const parts = /^(\d+\s*(d|days?|h|hours?|m|min|minutes?|s|sec|seconds?)\s*,?\s*)+$/.test(plain)
    ? plain.matchAll(/(\d+)\s*([dhms])/g)
    : [];
  const found = [...parts].map(([, n, unit]) => Number(n) * (sizes[unit ?? ""] ?? 0));
  return found.length === 0 ? undefined : found.reduce((sum, it) => sum + it, 0);
}
