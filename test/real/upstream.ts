import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { run } from '../bundle.ts';
import type { Resource } from './api-server.ts';
import { part } from './parts.ts';
import { foldersWith, renderedTree } from './rendered.ts';

/** Charts whose upstream repository cannot be had through the module proxy at the version that is rendered. */
const UNAVAILABLE = ['cluster-autoscaler', 'nack', 'external-secrets'];
/** Sub-charts that live in other repositories; the parent is rendered without them. */
const FOREIGN = ['redis-ha', 'grafana', 'prometheus-windows-exporter'];

export interface Templated {
  /** The umbrella chart's folder in the tree. */
  readonly folder: string;
  /** The version that is rendered, and the one that was templated. */
  readonly versions: readonly [rendered: string, templated: string];
  readonly objects: readonly Resource[];
}

/** What Argo CD would deploy: the real upstream charts of production, templated with the rendered values. */
export async function templatedCharts(): Promise<readonly Templated[]> {
  const work = mkdtempSync(join(tmpdir(), 'tandem-helm-'));
  const templated: Templated[] = [];
  for (const folder of foldersWith('Chart.yaml').filter((path) => path.startsWith('production/'))) {
    const { dependencies } = parse(readFileSync(join(renderedTree().folder, folder, 'Chart.yaml'), 'utf8')) as {
      dependencies: { name: string; version: string }[];
    };
    const [dependency] = dependencies;
    if (!dependency || UNAVAILABLE.includes(dependency.name)) continue;
    const home = join(work, folder.replaceAll('/', '-'));
    const version = copyUpstream(dependency.name, join(home, 'charts', dependency.name));
    cpSync(join(renderedTree().folder, folder), home, { recursive: true });
    templated.push({ folder, versions: [dependency.version, version], objects: await template(home, basename(folder), dependency.name) });
  }
  rmSync(work, { recursive: true });
  return templated;
}

async function template(chart: string, name: string, upstream: string): Promise<Resource[]> {
  // Turns off what a missing sub-chart would render.
  const without = upstream === 'argo-cd' ? ['--set', 'argo-cd.redis-ha.enabled=false'] : [];
  const args = ['template', name, chart, '--namespace', 'test', '--kube-version', '1.35.4', '--include-crds', ...without];
  const { code, out, err } = await run(part('helm'), args);
  if (code !== 0) throw new Error(`${name}: ${err}`);
  return parseAllDocuments(out)
    .map((document) => document.toJS() as Resource | null)
    .filter((object): object is Resource => object?.kind !== undefined);
}

/** Copies a chart without the dependencies that are not there; those of the same repository come along. Returns its version. */
function copyUpstream(name: string, to: string): string {
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(join(part('charts'), name), to, { recursive: true });
  const chart = parse(readFileSync(join(to, 'Chart.yaml'), 'utf8')) as { version: string; dependencies?: { name: string }[] };
  const kept = (chart.dependencies ?? []).filter((dependency) => !FOREIGN.includes(dependency.name));
  writeFileSync(join(to, 'Chart.yaml'), stringify({ ...chart, dependencies: kept }));
  rmSync(join(to, 'Chart.lock'), { force: true });
  for (const dependency of kept) {
    const own = join(to, 'charts', dependency.name);
    if (!existsSync(own)) cpSync(join(part('charts'), dependency.name), own, { recursive: true });
  }
  return chart.version;
}
