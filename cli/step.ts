import { loadEnvironment } from '../environments/load.ts';
import { AuthorityRefusal, AuthorityUnreachable } from '../workflows/authority/client.ts';
import { GuardError } from '../workflows/guard/client.ts';
import { DatabaseError } from '../workflows/postgres/session.ts';
import { StepError } from '../workflows/step-error.ts';
import { contextOf } from '../workflows/steps/context.ts';
import { inputsOf, isStep, STEPS, type Step } from '../workflows/steps/steps.ts';
import { type Options, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Runs one step: 0 when it is done, 1 when it says that something is not as it should be, 2 when it stopped. */
export async function step(options: Options, terminal: Terminal): Promise<number> {
  const [name, ...more] = options.words;
  if (name === undefined) return list(terminal);
  if (more.length > 0) throw new UsageError(`step takes one name, but found ${more[0]} too`);
  if (!isStep(name)) throw new UsageError(`there is no step ${name}; use one of ${Object.keys(STEPS).join(', ')}`);
  const [environment] = options.environments ?? [];
  if (environment === undefined || (options.environments?.length ?? 0) > 1) throw new UsageError('step takes one environment: --env NAME');
  const { platform } = loadEnvironment(options.root, environment);
  const given = new Map(options.inputs);
  const guards = given.get('guards');
  given.delete('guards');
  const inputs = inputsOf(name, given);
  const context = contextOf({
    platform,
    credentials: options.credentials ?? '/etc/tandem/credentials',
    guards,
    progress: (what) => terminal.err(`${new Date().toISOString()} ${what}\n`),
  });
  const { run } = STEPS[name] as unknown as Step;
  try {
    const outputs = await run(context, inputs as never);
    terminal.out(`${JSON.stringify(outputs, null, 2)}\n`);
    return 'ok' in outputs && outputs.ok === false ? 1 : 0;
  } catch (error) {
    throw asStepError(error);
  }
}

/** What the world answered, as one error with advice. */
export function asStepError(error: unknown): unknown {
  if (error instanceof DatabaseError)
    return new StepError('unreachable', error.message, 'Nothing was left half done: run the same step again once that is mended.');
  if (error instanceof AuthorityRefusal) {
    const { record } = error.refusal;
    return new StepError(
      'unknown-writer',
      error.message,
      record
        ? `The authority says that ${record.writer} writes in epoch ${record.epoch}: give the next epoch, or see tandem authority show.`
        : 'See tandem authority show.',
    );
  }
  if (error instanceof AuthorityUnreachable)
    return new StepError(
      'unreachable',
      error.message,
      'What was asked may or may not have been done: run the same step again, with the same id.',
    );
  if (error instanceof GuardError) return new StepError('unguarded', error.message, 'See the guard’s pod; then run the same step again.');
  return error;
}

function list(terminal: Terminal): number {
  const width = Math.max(...Object.keys(STEPS).map((name) => name.length));
  for (const [name, { summary, inputs, about, defaults }] of Object.entries(STEPS as unknown as Record<string, Step>)) {
    terminal.out(`  ${name.padEnd(width)}  ${summary}\n`);
    for (const input of Object.keys(inputs)) {
      const otherwise = defaults[input];
      terminal.out(`  ${''.padEnd(width)}    ${input}: ${about[input]}${otherwise === undefined ? '' : ` (default ${otherwise})`}\n`);
    }
  }
  return 0;
}
