import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { RenderRequest } from '../render-environment.ts';
import { workspaceAt } from '../write/workspace.ts';
import { attempt } from './attempt.ts';

export interface Task {
  readonly out: string;
  readonly request: RenderRequest;
}

/** Whether this thread was started to render for a fleet. */
export function isFleetWorker(): boolean {
  return !isMainThread && (workerData as { tandemFleet?: boolean } | null)?.tandemFleet === true;
}

/** Answers tasks until the main thread ends this one. */
export function serveFleet(): void {
  parentPort?.on('message', ({ out, request }: Task) => {
    parentPort?.postMessage({ environment: request.environment, answer: attempt(workspaceAt(out), request) });
  });
}
