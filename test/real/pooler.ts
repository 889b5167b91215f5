import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { end, sleep } from './api-server.ts';

/** A running PgBouncer, or one that ended by itself. */
export interface Pooler {
  readonly port: number;
  readonly listening: boolean;
  logs(): string;
  stop(): Promise<void>;
}

/** Starts PgBouncer on a configuration and waits until it listens or has ended. */
export async function startPooler(program: string, config: string): Promise<Pooler> {
  const port = Number(/^listen_port = (\d+)$/m.exec(readFileSync(config, 'utf8'))?.[1]);
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const child = spawn(program, [config], { stdio: ['ignore', 'pipe', 'pipe'], ...user });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  let listening = false;
  for (let waited = 0; waited < 10_000 && child.exitCode === null && !listening; waited += 100) {
    await sleep(100);
    listening = await answers(port);
  }
  return { port, listening, logs: () => text, stop: () => end(child) };
}

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
