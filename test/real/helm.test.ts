import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { run } from '../bundle.ts';
import { part, realTest } from './parts.ts';
import { foldersWith, renderedTree } from './rendered.ts';

const test = suite('helm');

interface ChartFile {
  name: string;
  dependencies: { name: string; version: string }[];
}

/** Charts whose upstream repository cannot be had through the module proxy at any version. */
const UNAVAILABLE = ['cluster-autoscaler', 'nack', 'external-secrets'];
/** Sub-charts that live in other repositories; the parent is rendered without them. */
const FOREIGN = ['redis-ha', 'grafana', 'prometheus-windows-exporter'];

/** Turns off what a missing sub-chart would render. */
function without(chart: string): string[] {
  return chart === 'argo-cd' ? ['--set', 'argo-cd.redis-ha.enabled=false'] : [];
}

const chartOf = (folder: string): ChartFile =>
  parse(renderedTree().files.find((file) => file.path === `${folder}/Chart.yaml`)?.content ?? '');

realTest(test, 'helm lint accepts every umbrella chart', ['helm'], async () => {
  const folders = foldersWith('Chart.yaml');
  assert.ok(folders.length > 40, `${folders.length} charts`);
  const { code, out, err } = await run(part('helm'), ['lint', ...folders.map((folder) => join(renderedTree().folder, folder))]);
  assert.is(code, 0, out + err);
  assert.match(out, new RegExp(`${folders.length} chart\\(s\\) linted, 0 chart\\(s\\) failed`));
});

realTest(test, 'helm template renders the real upstream charts with the rendered values', ['helm', 'charts'], async () => {
  const work = mkdtempSync(join(tmpdir(), 'tandem-helm-'));
  const rendered = new Map<string, number>();
  for (const folder of foldersWith('Chart.yaml').filter((path) => path.startsWith('production/'))) {
    const { dependencies } = chartOf(folder);
    const [dependency] = dependencies;
    if (!dependency || UNAVAILABLE.includes(dependency.name)) continue;
    const upstream = withoutForeign(join(part('charts'), dependency.name), join(work, folder.replaceAll('/', '-'), 'upstream'));
    assert.is(upstream.version, dependency.version, `${dependency.name}: the version that is rendered is the one that is tested`);
    const umbrella = join(work, folder.replaceAll('/', '-'), 'umbrella');
    cpSync(join(renderedTree().folder, folder), umbrella, { recursive: true });
    mkdirSync(join(umbrella, 'charts'));
    cpSync(upstream.folder, join(umbrella, 'charts', dependency.name), { recursive: true });
    const { code, out, err } = await run(part('helm'), [
      'template',
      basename(folder),
      umbrella,
      '--namespace',
      'test',
      '--kube-version',
      '1.35.4',
      '--include-crds',
      ...without(dependency.name),
    ]);
    assert.is(code, 0, `${folder}: ${err}`);
    const objects = parseAllDocuments(out)
      .map((document) => document.toJS() as { kind?: string } | null)
      .filter((object) => object?.kind);
    assert.ok(objects.length > 3, `${folder}: ${objects.length} objects`);
    rendered.set(folder, objects.length);
  }
  assert.ok(rendered.size >= 22, `${rendered.size} charts were rendered`);
});

/** Copies a chart without the dependencies that are not there; those in the same folder come along. */
function withoutForeign(from: string, to: string): { folder: string; version: string } {
  cpSync(from, to, { recursive: true });
  const chart = parse(readFileSync(join(to, 'Chart.yaml'), 'utf8')) as { version: string; dependencies?: { name: string }[] };
  const kept = (chart.dependencies ?? []).filter(({ name }) => !FOREIGN.includes(name));
  writeFileSync(join(to, 'Chart.yaml'), stringify({ ...chart, dependencies: kept }));
  rmSync(join(to, 'Chart.lock'), { force: true });
  for (const { name } of kept) {
    const own = join(to, 'charts', name);
    if (!existsSync(own)) cpSync(join(part('charts'), name), own, { recursive: true });
  }
  return { folder: to, version: chart.version };
}

test.run();
