import type { FlagName, Output } from './options.ts';

export interface CommandHelp {
  readonly usage: string;
  readonly summary: string;
  readonly flags: readonly FlagName[];
  /** What `--output` may be, the default first; text and json when left out. */
  readonly outputs?: readonly Output[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

export const FLAG_HELP: Record<FlagName, readonly [usage: string, what: string]> = {
  env: ['--env NAME', 'an environment; repeat it for several; all when left out'],
  cloud: ['--cloud aws|gcp', 'one cloud only'],
  out: ['--out FOLDER', 'where the tree is written (default gitops)'],
  root: ['--root FOLDER', 'the project that holds environments/ (default .)'],
  'as-of': ['--as-of DATE', 'judge by this date, YYYY-MM-DD (default today)'],
  output: ['--output FORMAT', 'one of those in the usage, the first by default'],
  config: ['--config FILE', 'the file that `tandem render` wrote for it'],
  scenario: ['--scenario NAME', 'what happens; repeat it for several, or all'],
  runs: ['--runs N', 'how often each is run; more than one gives p50 and p95'],
  clients: ['--clients N', 'how many clients work (default 8)'],
  lease: ['--lease DURATION', 'instead of database.lease of the environment'],
  input: ['--input NAME=VALUE', 'an input of the step; repeat it'],
  credentials: ['--credentials FOLDER', 'holds one file a secret (default /etc/tandem/credentials)'],
  'allow-foreign': ['--allow-foreign', 'leave files in the folder that are not tandem’s where they are'],
  help: ['--help, -h', 'this help'],
};

export const COMMANDS = {
  check: {
    usage: 'tandem check [--env NAME]... [--as-of DATE] [--output text|json]',
    summary: 'judge the environments by the laws; 1 when one is broken, 2 when a file cannot be read',
    flags: ['env', 'as-of', 'root', 'output'],
    examples: [
      ['tandem check', 'all environments, as of today'],
      ['tandem check --env production --as-of 2027-06-30', 'will production still be supported in summer?'],
      ['tandem check --output json', 'for a program'],
    ],
  },
  render: {
    usage: 'tandem render [--env NAME]... [--cloud aws|gcp] [--out FOLDER]',
    summary: 'render the GitOps tree of both clusters into a folder, all or nothing',
    flags: ['env', 'cloud', 'out', 'root', 'allow-foreign', 'output'],
    examples: [
      ['tandem render --env production', 'into gitops/production'],
      ['tandem render --out ../crm-gitops', 'all environments, into a Git checkout'],
      ['tandem render --env staging --cloud gcp', 'one cluster only'],
    ],
  },
  rto: {
    usage: 'tandem rto [--env NAME]... [--output text|json|markdown]',
    summary: 'compute how long recovery takes and what it may lose; 1 when an objective is broken',
    flags: ['env', 'root', 'output'],
    outputs: ['text', 'json', 'markdown'],
    examples: [
      ['tandem rto --env production', 'every phase of every scenario, with the setting it comes from'],
      ['tandem rto --output markdown', 'for a report'],
    ],
  },
  graph: {
    usage: 'tandem graph [--env NAME]... [--output html|svg]',
    summary: 'draw the platform: ranges, tunnels, databases and who writes',
    flags: ['env', 'root', 'output'],
    outputs: ['html', 'svg'],
    examples: [
      ['tandem graph > platform.html', 'every environment, in one page that needs nothing else'],
      ['tandem graph --env production --output svg > production.svg', 'one picture'],
    ],
  },
  explain: {
    usage: 'tandem explain FILE[:LINE]',
    summary: 'say which component and which configuration keys a rendered file or line comes from',
    flags: ['root', 'output'],
    examples: [
      ['tandem explain gitops/production/aws/pgbouncer/config/pgbouncer.ini', 'the whole file'],
      ['tandem explain gitops/production/aws/pgbouncer/config/pgbouncer.ini:17', 'one line'],
    ],
  },
  drill: {
    usage: 'tandem drill local --scenario NAME... [--env NAME] [--runs N] [--clients N] [--lease DURATION] [--output text|json]',
    summary:
      'lose a cloud on this machine, on real servers, and measure what becomes of clients; 1 when something was lost or took too long',
    flags: ['scenario', 'env', 'runs', 'clients', 'lease', 'root', 'output'],
    examples: [
      ['tandem drill local', 'which scenarios there are'],
      ['tandem drill local --scenario switchover', 'the writer moves under load, and back'],
      ['tandem drill local --scenario aws-lost --runs 20', 'recovery time, p50 and p95, by phase'],
    ],
  },
  step: {
    usage: 'tandem step NAME --env NAME [--input NAME=VALUE]... [--credentials FOLDER]',
    summary: 'run one step of a runbook, as a runbook’s pod does; JSON on standard output',
    flags: ['env', 'input', 'credentials', 'root'],
    examples: [
      ['tandem step', 'which steps there are'],
      ['tandem step readiness --env production', 'would a failover work now?'],
      ['tandem step replication-status --env production --input writer=aws', 'how far the follower is'],
    ],
  },
  authority: {
    usage: 'tandem authority deploy|show --env NAME [--credentials FOLDER]',
    summary: 'put the writer’s authority at Cloudflare, or say who writes and who wrote',
    flags: ['env', 'credentials', 'root', 'output'],
    examples: [
      ['tandem authority deploy --env production', 'again and again: the record stays'],
      ['tandem authority show --env production', 'the record, and the history of epochs'],
    ],
  },
  guard: {
    usage: 'tandem guard --config FILE',
    summary: 'keep a PgBouncer and its database to what the writer’s authority says, until stopped',
    flags: ['config'],
    examples: [['tandem guard --config /etc/tandem/guard.json', 'beside PgBouncer, in its pod']],
  },
  completion: {
    usage: 'tandem completion bash|zsh|fish',
    summary: 'print a completion script for your shell',
    flags: [],
    examples: [['source <(tandem completion bash)', 'complete commands and flags in this shell']],
  },
} as const satisfies Record<string, CommandHelp>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}

export function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `tandem: GitOps configuration for a CRM that survives losing a cloud

Usage: tandem COMMAND [options]

${commands.join('')}
Exit codes: 0 fine, 1 something is not as it should be, 2 wrong usage or a failure.
tandem COMMAND --help shows options and examples.
`;
}

export function helpOf(name: CommandName): string {
  const { usage, summary, flags, examples }: CommandHelp = COMMANDS[name];
  const rows = [...flags, 'help' as const].map((flag) => FLAG_HELP[flag]);
  const width = Math.max(...rows.map(([flag]) => flag.length), ...examples.map(([command]) => command.length));
  const table = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
  return `${summary[0]?.toUpperCase()}${summary.slice(1)}.\n\nUsage: ${usage}\n\n${table(rows)}\nExamples:\n${table(examples)}`;
}
