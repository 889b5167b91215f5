import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import type { Guard, GuardState } from './guard.ts';

export interface GuardServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly guard: Guard;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** What runbooks say who may pause and resume. */
  readonly token: string;
  /** Seconds between two turns of the loop; three without one, and the guard counts as stuck. */
  readonly interval: number;
}

/**
 * `GET /healthz` the loop turns; `GET /readyz` the authority has been heard and PgBouncer answers; `GET /metrics`;
 * with the token `GET /state`, `POST /pause` with `{hold, patience}` in seconds, and `POST /resume`.
 */
export async function serveGuard({ guard, host, port, token, interval }: ServerOptions): Promise<GuardServer> {
  const metrics = metricsOf(guard);
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'application/json'): void => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    };
    const reply = (state: GuardState): void => answer(200, JSON.stringify(state));
    const refuse = (status: number, message: string): void => answer(status, JSON.stringify({ error: message }));
    const handle = async (): Promise<void> => {
      const { idle, epoch, serving } = guard.state();
      switch (`${request.method} ${request.url}`) {
        case 'GET /healthz':
          return answer(idle < 3 * interval + 10 ? 200 : 503, `${JSON.stringify({ idle })}\n`);
        case 'GET /readyz':
          return answer(epoch > 0 && serving !== 'unknown' ? 200 : 503, `${JSON.stringify({ epoch, serving })}\n`);
        case 'GET /metrics':
          return answer(200, await metrics.metrics(), metrics.contentType);
      }
      if (!same(request.headers.authorization, `Bearer ${token}`)) return refuse(401, 'the token does not allow this');
      switch (`${request.method} ${request.url}`) {
        case 'GET /state':
          return reply(guard.state());
        case 'POST /resume':
          return reply(await guard.resume());
        case 'POST /pause': {
          const { hold, patience } = await bodyOf(request);
          if (!within(hold, 0, 600) || !within(patience, 0, 60)) return refuse(400, 'hold is 0 to 600 seconds, patience 0 to 60');
          return reply(await guard.pause(hold, patience));
        }
        default:
          return refuse(404, `there is no ${request.method} ${request.url}`);
      }
    };
    handle().catch((error: Error) => refuse(500, error.message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function metricsOf(guard: Guard): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: (state: GuardState) => number): void => {
    new Gauge({
      name: `tandem_guard_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(guard.state()));
      },
    });
  };
  gauge('epoch', 'The epoch of the writer record that this guard acts on; 0 before it has heard the authority.', ({ epoch }) => epoch);
  gauge('writer', 'Whether its own cloud writes.', ({ cloud, writer }) => Number(cloud === writer));
  gauge('serving', 'Whether writes go through its pool.', ({ serving }) => Number(serving === 'served'));
  gauge('pooler_up', 'Whether PgBouncer answers on its console.', ({ serving }) => Number(serving !== 'unknown'));
  gauge('paused', 'Whether a runbook holds the pool.', ({ paused }) => Number(paused));
  gauge('lease_seconds', 'Seconds for which its cloud may go on writing without another confirmation.', ({ remaining }) => remaining);
  gauge('idle_seconds', 'Seconds since the last turn of its loop.', ({ idle }) => idle);
  new Gauge({
    name: 'tandem_guard_turns',
    help: 'Turns of the loop since it started, by who confirmed the record; fenced: writes were stopped because nobody did.',
    labelNames: ['by'],
    registers: [registry],
    collect() {
      for (const [by, count] of Object.entries(guard.state().counts)) this.set({ by }, count);
    },
  });
  return registry;
}

async function bodyOf(request: IncomingMessage): Promise<{ hold?: unknown; patience?: unknown }> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) break;
  }
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

function within(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function same(given: string | undefined, wanted: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
