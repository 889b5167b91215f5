import type { Cluster } from '../../charts/cluster.ts';
import { applicationName, type Component } from '../../charts/component.ts';
import { componentsOf } from '../../charts/components.ts';
import { WAVES } from '../../charts/waves.ts';
import type { Position } from '../../environments/diagnostic.ts';
import type { Path } from '../../environments/document.ts';
import { type Environment, listEnvironments, loadEnvironment } from '../../environments/load.ts';
import { formatPath } from '../../environments/path.ts';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { type RawEnvironment, resolve } from '../../environments/resolve.ts';
import { SCHEMAS } from '../../environments/schema/schemas.ts';
import { Identities } from '../identity.ts';
import { renderComponent } from '../render.ts';
import { CollisionError } from '../tree.ts';
import { leavesOf } from './leaves.ts';

export interface Explanation {
  /** The file's path in the rendered tree. */
  readonly file: string;
  readonly line: number | null;
  /** The line's text, without its newline. */
  readonly text: string | null;
  readonly component: string;
  readonly application: string;
  readonly project: string;
  readonly wave: number;
  readonly packaging: 'kustomize' | 'helm';
  /** The configuration values that change the file, or the line, when they change. */
  readonly keys: readonly { readonly path: string; readonly value: unknown; readonly position: Position }[];
}

/** Why a file could not be explained. */
export class NotRendered extends Error {}

/**
 * Says where a rendered file, or one line of it, comes from. The keys are found by trial, not by reading
 * the code: each value of the configuration is changed in turn, and the component rendered again.
 * @throws NotRendered when no environment renders such a file; ConfigurationError.
 */
export function explain(root: string, file: string, line: number | null): Explanation {
  const { environment, cloud, component, name } = locate(root, file);
  const cluster = { platform: environment.platform, cloud };
  const before = contentOf(component, cluster, name) ?? '';
  const lines = before.split('\n');
  if (line !== null && (line < 1 || line > lines.length)) throw new NotRendered(`${file} has ${lines.length} lines`);
  const keys = everyLeaf(environment.raw)
    .filter(({ changed }) => {
      const after = contentAfter(environment.name, changed, cloud, component.path, name);
      return after === undefined || (after !== before && (line === null || touches(lines, after.split('\n'), line - 1)));
    })
    .map(({ path, value }) => ({ path, value, position: environment.positionOf(path) }));
  return {
    file: `${environment.name}/${cloud}/${component.path}/${name}`,
    line,
    text: line === null ? null : (lines[line - 1] ?? ''),
    component: component.path,
    application: applicationName(component),
    project: component.project,
    wave: WAVES[component.wave],
    packaging: component.kind,
    keys,
  };
}

interface Located {
  readonly environment: Environment;
  readonly cloud: Cloud;
  readonly component: Component;
  /** The file's name below the component's folder. */
  readonly name: string;
}

/** Finds `.../<environment>/<cloud>/<component>/<name>`, whatever folder the tree was rendered into. */
function locate(root: string, file: string): Located {
  const parts = file.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  const names = listEnvironments(root);
  for (let at = parts.length - 2; at >= 0; at--) {
    const [name, cloud] = [parts[at] ?? '', parts[at + 1] ?? ''];
    if (!names.includes(name) || !isCloud(cloud)) continue;
    const environment = loadEnvironment(root, name);
    const cluster = { platform: environment.platform, cloud };
    const rest = parts.slice(at + 2).join('/');
    for (const component of componentsOf(cluster)) {
      if (!rest.startsWith(`${component.path}/`)) continue;
      const inner = rest.slice(component.path.length + 1);
      if (contentOf(component, cluster, inner) !== undefined) return { environment, cloud, component, name: inner };
    }
  }
  throw new NotRendered(`no environment renders ${file}`);
}

function isCloud(text: string): text is Cloud {
  return (CLOUDS as readonly string[]).includes(text);
}

function contentOf(component: Component, cluster: Cluster, name: string): string | undefined {
  return renderComponent(component, cluster, component.path, new Identities()).find(([file]) => file === name)?.[1];
}

/** The file after a change; undefined when the change makes the file, or its component, impossible. */
function contentAfter(environment: string, raw: RawEnvironment, cloud: Cloud, componentPath: string, name: string): string | undefined {
  const cluster = { platform: resolve(environment, raw), cloud };
  const component = componentsOf(cluster).find((one) => one.path === componentPath);
  try {
    return component && contentOf(component, cluster, name);
  } catch (error) {
    // The other value may be one that stands elsewhere already, such as a second secret of one name.
    if (error instanceof CollisionError) return undefined;
    throw error;
  }
}

function everyLeaf(raw: RawEnvironment): { path: string; value: unknown; changed: RawEnvironment }[] {
  return (['shared', 'aws', 'gcp'] as const).flatMap((kind) =>
    leavesOf(SCHEMAS[kind], raw[kind])
      .filter(({ path }) => path[0] !== 'waivers')
      .map(({ path, value, other }) => ({
        path: formatPath(kind === 'shared' ? path : [kind, ...path]),
        value,
        changed: { ...raw, [kind]: replaced(raw[kind], path, other) },
      })),
  );
}

function replaced(value: unknown, path: Path, other: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return other;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? replaced(item, rest, other) : item));
  return { ...(value as Record<string, unknown>), [step]: replaced((value as Record<string, unknown>)[step], rest, other) };
}

/** Whether a change of the file reaches a line: inside what differs once equal beginnings and ends are set aside. */
function touches(before: readonly string[], after: readonly string[], index: number): boolean {
  if (before.length === after.length) return before[index] !== after[index];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return index >= start && index < before.length - end;
}
