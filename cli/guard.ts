import { authorityAt } from '../workflows/authority/client.ts';
import { accessTo, readGuardConfiguration, readSecret } from '../workflows/guard/configuration.ts';
import { startGuard } from '../workflows/guard/guard.ts';
import { serveGuard } from '../workflows/guard/server.ts';
import { type Options, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Runs beside PgBouncer until it is told to stop; a line of JSON for everything that changes. */
export async function guard(options: Options, terminal: Terminal): Promise<number> {
  if (!options.config) throw new UsageError('guard needs --config FILE');
  const file = readGuardConfiguration(options.config);
  const { cloud, lease, interval, heartbeat, whenAlone, pool, listen } = file;
  const log = (event: string, details: Readonly<Record<string, unknown>>): void =>
    terminal.out(`${JSON.stringify({ at: new Date().toISOString(), cloud, event, ...details })}\n`);
  const running = startGuard({
    cloud,
    lease,
    interval,
    heartbeat,
    whenAlone,
    authority: authorityAt(file.authority.url, readSecret(file.authority.tokenFile), file.authority.timeout),
    databases: { aws: accessTo(file.databases.aws), gcp: accessTo(file.databases.gcp) },
    pool: {
      console: accessTo({ ...pool, name: 'pgbouncer' }),
      database: pool.database,
      file: pool.file,
      entries: pool.entries,
    },
    log,
  });
  const server = await serveGuard({ guard: running, host: listen.host, port: listen.port, token: readSecret(listen.tokenFile), interval });
  log('listening', { host: listen.host, port: server.port });
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log('stopping', { signal });
  await server.close();
  await running.stop();
  return 0;
}
