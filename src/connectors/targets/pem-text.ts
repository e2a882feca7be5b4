/** PEM blocks as the services like them: each ends with one newline, and no blank line stands between two. */

export function joinPem(...texts: readonly string[]): string {
  return texts
    .flatMap((text) => text.split(/\r?\n/))
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .map((line) => `${line}\n`)
    .join("");
}
