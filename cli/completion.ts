import { COMMANDS, type CommandName, FLAG_HELP } from './commands.ts';
import { type Options, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

const SHELLS = { bash, zsh, fish } as const;

/** Prints a completion script. */
export function completion(options: Options, terminal: Terminal): number {
  const [shell] = options.words;
  if (!shell || !Object.hasOwn(SHELLS, shell)) throw new UsageError(`completion takes a shell: ${Object.keys(SHELLS).join(', ')}`);
  terminal.out(SHELLS[shell as keyof typeof SHELLS]());
  return 0;
}

const names = Object.keys(COMMANDS) as CommandName[];
const flagsOf = (name: CommandName): string[] => [...COMMANDS[name].flags, 'help'].map((flag) => `--${flag}`);

function bash(): string {
  const cases = names.map(
    (name) => `    ${name}) words="${[...flagsOf(name), ...(name === 'completion' ? Object.keys(SHELLS) : [])].join(' ')}" ;;`,
  );
  return `_tandem() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
    --cloud) COMPREPLY=($(compgen -W "aws gcp" -- "$current")); return ;;
    --output) COMPREPLY=($(compgen -W "text json" -- "$current")); return ;;
    --env) COMPREPLY=($(compgen -W "$(cd environments 2>/dev/null && ls *.yaml 2>/dev/null | sed 's/\\.yaml$//')" -- "$current")); return ;;
    --out|--root) COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${names.join(' ')} --help --version" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${COMP_WORDS[1]}" = explain ] && COMPREPLY+=($(compgen -f -- "$current"))
}
complete -F _tandem tandem
`;
}

function zsh(): string {
  return `#compdef tandem
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
}

function fish(): string {
  const lines = names.flatMap((name) => [
    `complete -c tandem -n __fish_use_subcommand -f -a ${name} -d '${COMMANDS[name].summary.replaceAll("'", "\\'")}'`,
    ...COMMANDS[name].flags.map(
      (flag) => `complete -c tandem -n '__fish_seen_subcommand_from ${name}' -l ${flag} -d '${FLAG_HELP[flag][1].replaceAll("'", "\\'")}'`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
