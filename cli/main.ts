import { ConfigurationError } from '../environments/diagnostic.ts';
import { VERSION } from '../generators/build.ts';
import { CollisionError } from '../generators/tree.ts';
import { fileSystemRefusal, WriteRefusal } from '../generators/write/refusal.ts';
import { StepError } from '../workflows/step-error.ts';
import { check } from './check.ts';
import { COMMANDS, type CommandHelp, type CommandName, helpOf, isCommand, overview } from './commands.ts';
import { completion } from './completion.ts';
import { printDiagnostics } from './diagnostics.ts';
import { explain } from './explain.ts';
import { graph } from './graph.ts';
import { type Options, parseOptions, UsageError } from './options.ts';
import { render } from './render.ts';
import { rto } from './rto.ts';
import { styled, type Terminal } from './terminal.ts';

/** What the outside gives a run; everything else is in its arguments. */
export interface Surroundings {
  readonly terminal: Terminal;
  /** `YYYY-MM-DD`; only `check` looks at it. */
  readonly today: string;
  /** The script that workers run, where there is one. */
  readonly workerScript: string | undefined;
}

/** Runs one command line and returns its exit code: 0 fine, 1 findings, 2 wrong usage or a failure. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const [word, ...rest] = args;
  try {
    if (word === undefined || word === 'help' || word === '--help' || word === '-h') return help(rest[0], terminal, word === undefined);
    if (word === '--version') {
      terminal.out(`${VERSION}\n`);
      return 0;
    }
    if (!isCommand(word)) throw new UsageError(`there is no command ${word}; use one of ${Object.keys(COMMANDS).join(', ')}`);
    const { flags, outputs }: CommandHelp = COMMANDS[word];
    const options = parseOptions(rest, flags, outputs);
    if (options.help) return help(word, terminal, false);
    return await run(word, options, surroundings);
  } catch (error) {
    return fail(terminal, error, word);
  }
}

/** Commands that take words beside options. */
const WORDS: readonly CommandName[] = ['explain', 'completion', 'drill', 'step', 'authority'];

async function run(name: CommandName, options: Options, { terminal, today, workerScript }: Surroundings): Promise<number> {
  if (!WORDS.includes(name) && options.words.length > 0) throw new UsageError(`${name} takes options only, but found ${options.words[0]}`);
  switch (name) {
    case 'check':
      return check(options, terminal, today);
    case 'render':
      return await render(options, terminal, workerScript);
    case 'graph':
      return graph(options, terminal);
    case 'rto':
      return rto(options, terminal);
    case 'guard':
      return await (await import('./guard.ts')).guard(options, terminal);
    case 'drill':
      return await (await import('./drill.ts')).drill(options, terminal, workerScript);
    case 'step':
      return await (await import('./step.ts')).step(options, terminal);
    case 'authority':
      return await (await import('./authority.ts')).authority(options, terminal, workerScript);
    case 'explain':
      return explain(options, terminal);
    case 'completion':
      return completion(options, terminal);
  }
}

function help(word: string | undefined, terminal: Terminal, unasked: boolean): number {
  if (word !== undefined && !isCommand(word))
    throw new UsageError(`there is no command ${word}; use one of ${Object.keys(COMMANDS).join(', ')}`);
  terminal.out(word === undefined ? overview() : helpOf(word));
  return unasked ? 2 : 0;
}

/** Says what happened, where, and what to do next; never a stack trace for what a person can mend. */
function fail(terminal: Terminal, error: unknown, word: string | undefined): number {
  const say = (message: string, hint: string): number => {
    terminal.err(`${styled(terminal, 'red', 'error')}: ${message}\n${hint === '' ? '' : `  ${hint}\n`}`);
    return 2;
  };
  if (error instanceof ConfigurationError) {
    printDiagnostics(terminal, error.diagnostics);
    return say(`${error.message}; nothing was written`, '');
  }
  if (error instanceof UsageError) return say(error.message, `tandem ${isCommand(word) ? `${word} ` : ''}--help shows how.`);
  if (error instanceof StepError) return say(error.message, error.advice);
  const refusal = error instanceof WriteRefusal ? error : fileSystemRefusal(error, '.');
  if (refusal) return say(refusal.message, refusal.hint);
  if (error instanceof CollisionError)
    return say(
      `${error.message}; nothing was written`,
      'This is a defect of the charts, not of your configuration: give one of the two another name.',
    );
  return say(
    `tandem has a defect: ${(error as Error)?.stack ?? String(error)}`,
    'Please report it with the command line and the environment files.',
  );
}
