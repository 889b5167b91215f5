import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '../../environments/diagnostic.ts';
import type { RenderRequest } from '../render-environment.ts';
import { CollisionError } from '../tree.ts';
import { WriteRefusal } from '../write/refusal.ts';
import { prepareRetirement, retire, retiredEnvironments } from '../write/retire.ts';
import { openWorkspace, type Workspace } from '../write/workspace.ts';
import { commit, type Prepared, type WriteResult } from '../write/write.ts';
import { type Answer, attempt } from './attempt.ts';
import type { Task } from './worker.ts';

export interface FleetRequest extends Omit<RenderRequest, 'environment'> {
  readonly out: string;
  readonly environments: readonly string[];
  /** Whether folders of environments that no longer exist are removed. */
  readonly retireOthers: boolean;
  /** The script that a worker runs; without one everything happens in this thread. */
  readonly workerScript: string | undefined;
  /** Called after each environment. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A worker costs a tenth of a second and pays from about this many environments on. */
const ENVIRONMENTS_WORTH_A_WORKER = 8;

/**
 * Renders environments into a folder: first all are prepared beside it, then each is put in place in one
 * step. When one cannot be rendered, none is touched.
 * @throws ConfigurationError with the problems of all environments; WriteRefusal; CollisionError.
 */
export async function renderFleet(request: FleetRequest): Promise<readonly WriteResult[]> {
  const workspace = openWorkspace(request.out, request.allowForeign);
  try {
    const prepared = await prepareAll(workspace, request);
    const retired = request.retireOthers
      ? retiredEnvironments(request.out, request.environments).map((name) => prepareRetirement(request.out, name))
      : [];
    for (const one of prepared) commit(workspace, one);
    for (const one of retired) retire(workspace, one);
    return [...prepared, ...retired].map((one) => one.result);
  } finally {
    workspace.close();
  }
}

async function prepareAll(workspace: Workspace, request: FleetRequest): Promise<Prepared[]> {
  const { environments, workerScript, onProgress } = request;
  const workers = Math.min(availableParallelism(), Math.floor(environments.length / ENVIRONMENTS_WORTH_A_WORKER));
  const answers = new Map<string, Answer>();
  const record = (environment: string, answer: Answer): void => {
    answers.set(environment, answer);
    onProgress?.(answers.size, environments.length);
  };
  if (workers < 2 || !workerScript)
    for (const environment of environments) record(environment, attempt(workspace, { ...request, environment }));
  else await Promise.all(share(environments, request, workers, workerScript, record));
  return collect(environments.map((environment) => answers.get(environment) as Answer));
}

/** Hands environments to workers one by one, so that none waits for a slow one. */
function share(
  environments: readonly string[],
  request: FleetRequest,
  workers: number,
  script: string,
  record: (environment: string, answer: Answer) => void,
): Promise<void>[] {
  const waiting = [...environments].reverse();
  const { root, out, clouds, allowForeign } = request;
  return Array.from(
    { length: workers },
    () =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(script, { workerData: { tandemFleet: true } });
        const next = (): void => {
          const environment = waiting.pop();
          if (environment === undefined) {
            void worker.terminate();
            resolve();
            return;
          }
          worker.postMessage({ out, request: { root, clouds, allowForeign, environment } } satisfies Task);
        };
        worker.on('message', ({ environment, answer }: { environment: string; answer: Answer }) => {
          record(environment, answer);
          next();
        });
        worker.on('error', reject);
        next();
      }),
  );
}

function collect(answers: readonly Answer[]): Prepared[] {
  const diagnostics = answers.flatMap((answer) => ('diagnostics' in answer ? answer.diagnostics : []));
  if (diagnostics.length > 0) throw new ConfigurationError(diagnostics);
  return answers.map((answer) => {
    if ('refusal' in answer) throw new WriteRefusal(answer.refusal, answer.hint);
    if ('collision' in answer) throw new CollisionError(answer.collision);
    return (answer as { prepared: Prepared }).prepared;
  });
}
