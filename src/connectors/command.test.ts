import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { Command, formatCommand, splitCommand } from "./command.ts";

describe("splitting a command", () => {
  test.each([
    { text: "nginx -s reload", words: ["nginx", "-s", "reload"] },
    { text: "  systemctl\treload   nginx ", words: ["systemctl", "reload", "nginx"] },
    { text: "echo 'a b' \"c d\" e\\ f", words: ["echo", "a b", "c d", "e f"] },
    { text: "sh -c 'a; b | c'", words: ["sh", "-c", "a; b | c"] },
    { text: `echo "say \\"hi\\" \\n"`, words: ["echo", `say "hi" \\n`] },
    { text: "a'b'\"c\"d", words: ["abcd"] },
    { text: "echo ''", words: ["echo", ""] },
    {
      text: "docker exec web nginx -s reload",
      words: ["docker", "exec", "web", "nginx", "-s", "reload"],
    },
    { text: "x a#b a~b --opt=1", words: ["x", "a#b", "a~b", "--opt=1"] },
  ])("$text", ({ text, words }) => {
    expect(splitCommand(text)).toEqual(words);
  });

  test.each([
    { text: "nginx -t && nginx -s reload", reason: '"&" is a background job or a list' },
    { text: "nginx -s reload; rm -rf /", reason: '";" is a command separator' },
    { text: "a | b", reason: '"|" is a pipe' },
    { text: "a > /etc/passwd", reason: '">" is an output redirection' },
    { text: "a < b", reason: '"<" is an input redirection' },
    { text: "echo $HOME", reason: '"$" is an expansion' },
    { text: 'echo "$(id)"', reason: '"$" is an expansion' },
    { text: "echo `id`", reason: '"`" is a command substitution' },
    { text: 'echo "`id`"', reason: '"`" is a command substitution' },
    { text: "(a)", reason: '"(" is a subshell' },
    { text: "ls *.pem", reason: '"*" is a file name pattern' },
    { text: "ls ~/x", reason: '"~" is a home directory' },
    { text: "a # b", reason: '"#" is a comment' },
    { text: "a\nb", reason: "it is a line break" },
    { text: "FOO=1 nginx", reason: "FOO=1 is a variable assignment" },
    { text: "a 'b", reason: "a single quote is not closed" },
    { text: 'a "b', reason: "a double quote is not closed" },
    { text: "a \\", reason: "a backslash at the end quotes nothing" },
    { text: "   ", reason: "the command is empty" },
    { text: "''", reason: "the command is empty" },
  ])("refuses $text", ({ text, reason }) => {
    expect(splitCommand(text)).toContain(reason);
  });

  test("refuses control characters, quoted or not", () => {
    expect(splitCommand("a 'b\u0000c'")).toContain("contains a control character");
  });

  test("reads back what was formatted, for every list of words", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab c'\"$`;|&<>()*?[]{}!~#\\=-/.\t") });
    fc.assert(
      fc.property(
        word.filter((it) => it !== ""),
        fc.array(word),
        (first, others) => {
          expect(splitCommand(formatCommand([first, ...others]))).toEqual([first, ...others]);
        },
      ),
    );
  });
});

describe("the schema", () => {
  test("takes an array as it is, metacharacters included", () => {
    expect(Command.parse(["sh", "a;b"])).toEqual(["sh", "a;b"]);
  });
  test("takes its own output", () => {
    expect(Command.parse(Command.parse("nginx -s reload"))).toEqual(["nginx", "-s", "reload"]);
  });
  test("refuses an empty array and says why at the right place", () => {
    const result = z.strictObject({ reload_command: Command }).safeParse({ reload_command: [] });
    expect(result.error?.issues).toMatchObject([
      { path: ["reload_command"], message: "the command is empty" },
    ]);
  });
  test("can be described to a form", () => {
    expect(z.toJSONSchema(Command, { io: "input" }).title).toBe("Command");
  });
});
