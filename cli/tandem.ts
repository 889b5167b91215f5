import { isFleetWorker, serveFleet } from '../generators/fleet/worker.ts';
import { main } from './main.ts';
import { processTerminal } from './terminal.ts';

/** The script to start as a worker: the bundle; run from source there is none. */
const script = typeof __filename === 'string' ? __filename : undefined;

if (isFleetWorker()) serveFleet();
else {
  // `tandem ... | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  const today = new Date().toISOString().slice(0, 10);
  void main(process.argv.slice(2), { terminal: processTerminal(), today, workerScript: script }).then((code) => {
    process.exitCode = code;
  });
}
