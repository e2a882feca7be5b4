/** A bash completion script, derived from the commands: nouns, verbs, flags, and the values of closed sets. */
import type { Command } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import { nounsOf } from "./help.ts";

export function bashCompletion(commands: readonly Command[]): string {
  const nouns = nounsOf(commands);
  const verbs = nouns.map((noun) => {
    const own = commands.filter((it) => it.noun === noun).map((it) => it.verb);
    return `    ${noun}) words="${own.join(" ")}" ;;`;
  });
  const globals = globalFlags.map((it) => it.name).join(" ");
  const flags = commands.map(
    (it) =>
      `    "${it.noun} ${it.verb}") words="${it.flags.map((flag) => flag.name).join(" ")}" ;;`,
  );
  const values = commands.flatMap((command) =>
    command.flags
      .filter((flag) => flag.options.length > 0)
      .map((flag) => {
        const place = `${command.noun} ${command.verb} ${flag.name}`;
        return `    "${place}") words="${flag.options.join(" ")}" ;;`;
      }),
  );
  return `# bash completion of certctl; load it with: source <(certctl completion bash)
_certctl() {
  local words="" noun="\${COMP_WORDS[1]}" verb="\${COMP_WORDS[2]}"
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  if ((COMP_CWORD == 1)); then
    words="${nouns.join(" ")}"
  elif ((COMP_CWORD == 2)); then
    case "$noun" in
${verbs.join("\n")}
    esac
  else
    case "$noun $verb $before" in
${values.join("\n")}
    *) case "$noun $verb" in
${flags.join("\n")}
    esac
    words="$words ${globals}" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _certctl certctl
`;
}
