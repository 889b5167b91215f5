import { join } from 'node:path';
import { digestEnvironment, loadEnvironment } from '../environments/load.ts';
import type { Cloud } from '../environments/platform.ts';
import { BUILD, VERSION } from './build.ts';
import { render } from './render.ts';
import { sha256 } from './tree.ts';
import { reuse } from './write/reuse.ts';
import type { Workspace } from './write/workspace.ts';
import { type Prepared, prepare } from './write/write.ts';

export interface RenderRequest {
  readonly root: string;
  readonly environment: string;
  readonly clouds: readonly Cloud[];
  readonly allowForeign: boolean;
}

/**
 * Prepares one environment's folder: files → platform → tree → staged folder. What was rendered from the
 * same bytes by the same build, and has not been touched since, is reused.
 * @throws ConfigurationError, CollisionError or WriteRefusal.
 */
export function prepareEnvironment(workspace: Workspace, { root, environment, clouds, allowForeign }: RenderRequest): Prepared {
  const digest = digestEnvironment(root, environment);
  const reuseKey = BUILD && digest ? sha256([BUILD, VERSION, digest, clouds.join()].join('\n')) : undefined;
  const reused = reuseKey && !allowForeign ? reuse(workspace, environment, reuseKey) : undefined;
  if (reused) return { result: reused, staged: null, folder: join(workspace.out, environment) };
  const loaded = loadEnvironment(root, environment);
  const tree = render(loaded.platform, clouds);
  // The files may have changed since they were digested; what counts is what was loaded.
  const key = loaded.digest === digest ? reuseKey : undefined;
  return prepare(workspace, {
    environment,
    tree,
    clouds,
    source: loaded.digest,
    tool: VERSION,
    allowForeign,
    reuseKey: allowForeign ? undefined : key,
  });
}
