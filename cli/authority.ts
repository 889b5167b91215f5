import { loadEnvironment } from '../environments/load.ts';
import { deployAuthority } from '../workflows/authority/deploy.ts';
import { authorityScript } from '../workflows/drill/authority-runtime.ts';
import { StepError } from '../workflows/step-error.ts';
import { contextOf } from '../workflows/steps/context.ts';
import { type Options, UsageError } from './options.ts';
import { asStepError } from './step.ts';
import type { Terminal } from './terminal.ts';

/** Deploys the writer's authority, or shows its record and its history. */
export async function authority(options: Options, terminal: Terminal, command: string | undefined): Promise<number> {
  const [word, ...more] = options.words;
  if ((word !== 'deploy' && word !== 'show') || more.length > 0) throw new UsageError('expected authority deploy or authority show');
  const [environment] = options.environments ?? [];
  if (environment === undefined || (options.environments?.length ?? 0) > 1)
    throw new UsageError('authority takes one environment: --env NAME');
  const { platform } = loadEnvironment(options.root, environment);
  const context = contextOf({
    platform,
    credentials: options.credentials ?? '/etc/tandem/credentials',
    guards: undefined,
    progress: (what) => terminal.err(`${what}\n`),
  });
  try {
    if (word === 'show') return await show(options, terminal, context.authority);
    if (command === undefined)
      throw new StepError('configuration', 'the Worker lies beside the bundled command', 'Run npm run build, and then npx tandem.');
    const { created } = await deployAuthority({
      api: 'https://api.cloudflare.com/client/v4',
      apiToken: context.secret('cloudflare-token'),
      account: platform.traffic.account,
      zoneId: platform.traffic.zoneId,
      hostname: platform.database.authority,
      name: `tandem-authority-${platform.name}`,
      script: authorityScript(command),
      confirmToken: context.secret('confirm-token'),
      claimToken: context.secret('claim-token'),
      lease: platform.database.lease,
      timeout: 30,
    });
    terminal.out(`${created ? 'deployed' : 'updated'}: https://${platform.database.authority}\n`);
    return 0;
  } catch (error) {
    throw asStepError(error);
  }
}

async function show(options: Options, terminal: Terminal, from: ReturnType<typeof contextOf>['authority']): Promise<number> {
  const [record, history] = [await from.record(), await from.history()];
  if (options.output === 'json') terminal.out(`${JSON.stringify({ record, history }, null, 2)}\n`);
  else {
    for (const { epoch, writer, at, who, why } of [...history].reverse())
      terminal.out(`  epoch ${epoch}  ${writer}  ${at}  ${who}: ${why}\n`);
    terminal.out(record ? `${record.writer} writes in epoch ${record.epoch}\n` : 'nobody has been made the writer yet\n');
  }
  return record ? 0 : 1;
}
