import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';

/** A program that a drill has started, and everything that it has started itself. */
export interface Program {
  /** The last of what it wrote. */
  logs(): string;
  readonly running: boolean;
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** Ends it at once (SIGKILL), as a machine that is gone. */
  kill(): Promise<void>;
  /** Stops it where it is (SIGSTOP), as a machine that hangs. */
  hang(): void;
  thaw(): void;
  /** Asks it to end, and insists after five seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const KEPT = 40_000;

/** Every program that this process has started and that has not ended. */
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) signal(child, 'SIGKILL');
});

/** Starts a program in a process group of its own. */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  started.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text = (text + chunk).slice(-KEPT);
    });
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      started.delete(child);
      resolve();
    };
    // Not `close`: a child of its own that outlives it by a moment would hold its output open.
    child.once('exit', end);
    child.once('error', (error) => {
      text += error.message;
      end();
    });
  });
  const running = (): boolean => started.has(child);
  return {
    logs: () => text,
    ended,
    get running() {
      return running();
    },
    kill: async () => {
      if (running()) signal(child, 'SIGKILL');
      await ended;
    },
    hang: () => signal(child, 'SIGSTOP'),
    thaw: () => signal(child, 'SIGCONT'),
    stop: async (name = 'SIGTERM') => {
      if (!running()) return;
      signal(child, 'SIGCONT');
      child.kill(name);
      const timer = setTimeout(() => signal(child, 'SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Sends a signal to a program and all its children; those of PostgreSQL have process groups of their own. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  for (const pid of [child.pid, ...childrenOf(child.pid)])
    try {
      process.kill(pid, name);
    } catch (error) {
      // It has ended since.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}
