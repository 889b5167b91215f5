// Measures Tandem against named rivals, all in one run on one machine, and prints ratios. Not a test.
// Usage: npm run bench [-- ENVIRONMENTS]     the largest fleet, 1000 when left out
// TMPDIR says on which disk; creating files costs more on some than rendering them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Chart } from 'cdk8s';
import { componentsOf } from '../charts/components.ts';
import { loadEnvironment } from '../environments/load.ts';
import { CLOUDS } from '../environments/platform.ts';
import { manifestOf } from '../generators/manifest-of.ts';
import { sha256 } from '../generators/tree.ts';
import { toYaml } from '../generators/yaml.ts';
import { median, row, runNode, timeCalls } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = join(ROOT, 'dist/tandem.cjs');
const largest = Number(process.argv[2] ?? 1000);
const work = mkdtempSync(join(tmpdir(), 'tandem-bench-'));

execFileSync(process.execPath, [join(ROOT, 'scripts/bundle.mjs')]);
console.log(`Node.js ${process.version}, ${availableParallelism()} cores\n`);
cold();
objects();
const sizes = [10, 100, 1000].filter((size) => size <= largest);
const perEnvironment = new Map(sizes.map((size) => [size, fleet(size)]));
const [hundred, thousand] = [perEnvironment.get(100), perEnvironment.get(1000)];
if (hundred && thousand) row('time per environment at 1,000 against 100', `${(thousand / hundred).toFixed(2)} x`, 'aim: at most 1.2 x');
rmSync(work, { recursive: true });

/** The whole command in a fresh process, against the import of the libraries it stands on. */
function cold(): void {
  const imports = ['--input-type=module', '-e', "import 'cdk8s'; import 'cdk8s-plus-28';"];
  const bare: number[] = [];
  const render: number[] = [];
  const files: number[] = [];
  for (let round = 0; round < 15; round++) {
    bare.push(runNode(imports).wall);
    const out = join(work, `cold-${round}`);
    render.push(runNode([BUNDLE, 'render', '--root', ROOT, '--env', 'production', '--out', out]).wall);
    files.push(rewrite(out, `${out}-bare`));
    rmSync(out, { recursive: true });
  }
  row('import of cdk8s and cdk8s-plus-28, cold', `${median(bare).toFixed(0)} ms`, '');
  row('tandem render --env production, cold', `${median(render).toFixed(0)} ms`, '');
  row('  against the import', `${(median(render) / median(bare)).toFixed(2)} x`, 'aim: at most 2 x');
  row('creating the same files, and nothing else', `${median(files).toFixed(0)} ms`, 'what this disk takes');
  row('  against the import and that', `${(median(render) / (median(bare) + median(files))).toFixed(2)} x`, '');
}

/** Writes a copy of a tree with a bare loop, and removes it. Returns milliseconds. */
function rewrite(from: string, to: string): number {
  const paths = readdirSync(from, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = paths.map((entry) => ({
    folder: join(to, relative(from, entry.parentPath)),
    name: entry.name,
    bytes: readFileSync(join(entry.parentPath, entry.name)),
  }));
  const started = performance.now();
  for (const folder of new Set(contents.map((file) => file.folder))) mkdirSync(folder, { recursive: true });
  for (const { folder, name, bytes } of contents) writeFileSync(join(folder, name), bytes);
  const took = performance.now() - started;
  rmSync(to, { recursive: true });
  return took;
}

/** The same constructs to YAML, by cdk8s and by Tandem. */
function objects(): void {
  const { platform } = loadEnvironment(ROOT, 'production');
  const charts = CLOUDS.flatMap((cloud) =>
    componentsOf({ platform, cloud }).flatMap((component) => {
      if (component.kind !== 'kustomize') return [];
      const app = new App();
      const chart = new Chart(app, component.path);
      component.build(chart, { platform, cloud });
      return [{ app, chart }];
    }),
  );
  const count = charts.reduce((sum, { chart }) => sum + chart.node.children.length, 0);
  const rival = timeCalls(30, () => {
    for (const { app } of charts) app.synthYaml();
  });
  const ours = timeCalls(30, () => {
    for (const { chart } of charts)
      for (const object of chart.node.children) sha256(toYaml(manifestOf(object as Parameters<typeof manifestOf>[0])));
  });
  row(`${count} objects to YAML, cdk8s App.synthYaml`, `${((count / rival) * 1000).toFixed(0)} objects/s`, '');
  row(`${count} objects to YAML and their digests, tandem`, `${((count / ours) * 1000).toFixed(0)} objects/s`, '');
  row('  against cdk8s', `${(rival / ours).toFixed(1)} x`, 'aim: at least 5 x');
}

/** A fleet generated from production: first render, again with nothing changed, again after one line. Returns ms per environment. */
function fleet(size: number): number {
  const root = join(work, `fleet-${size}`);
  for (const sub of ['', 'aws/', 'gcp/']) {
    mkdirSync(join(root, 'environments', sub), { recursive: true });
    for (let index = 0; index < size; index++)
      cpSync(join(ROOT, `environments/${sub}production.yaml`), join(root, `environments/${sub}e${index}.yaml`));
  }
  for (let index = 0; index < size; index++) {
    const file = join(root, `environments/e${index}.yaml`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('hostname: crm.example.com', `hostname: crm-${index}.example.com`));
  }
  const render = () => runNode([BUNDLE, 'render', '--root', root, '--out', join(root, 'out')]);
  const first = render();
  row(`render of ${size} environments`, `${(first.wall / 1000).toFixed(2)} s`, `${(first.wall / size).toFixed(2)} ms each`);
  row('  peak memory', `${(first.memory / 2 ** 20).toFixed(0)} MiB`, 'aim: under 2048 MiB');
  row('  cores used', `${(first.cpu / first.wall).toFixed(2)}`, `aim: both of ${availableParallelism()}`);
  const again = render();
  row('  again, nothing changed, against the first', `${((again.wall / first.wall) * 100).toFixed(1)} %`, `${again.wall.toFixed(0)} ms`);
  const file = join(root, 'environments/e0.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('scrapeInterval: 15s', 'scrapeInterval: 20s'));
  const changed = render();
  row(
    '  after one line in one environment, against the first',
    `${((changed.wall / first.wall) * 100).toFixed(1)} %`,
    `aim: under 5 % of 1,000; ${changed.wall.toFixed(0)} ms`,
  );
  rmSync(root, { recursive: true });
  return first.wall / size;
}
