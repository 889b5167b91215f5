import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../bundle.ts';
import { part, realTest } from './parts.ts';
import { foldersWith, renderedTree } from './rendered.ts';
import { templatedCharts } from './upstream.ts';

const test = suite('helm');

realTest(test, 'helm lint accepts every umbrella chart', ['helm'], async () => {
  const folders = foldersWith('Chart.yaml');
  assert.ok(folders.length > 40, `${folders.length} charts`);
  const { code, out, err } = await run(part('helm'), ['lint', ...folders.map((folder) => join(renderedTree().folder, folder))]);
  assert.is(code, 0, out + err);
  assert.match(out, new RegExp(`${folders.length} chart\\(s\\) linted, 0 chart\\(s\\) failed`));
});

realTest(test, 'helm template renders the real upstream charts with the rendered values', ['helm', 'charts'], async () => {
  const charts = await templatedCharts();
  assert.ok(charts.length >= 22, `${charts.length} charts were templated`);
  for (const { folder, versions, objects } of charts) {
    assert.is(versions[1], versions[0], `${folder}: the version that is rendered is the one that is tested`);
    assert.ok(objects.length > 3, `${folder}: ${objects.length} objects`);
  }
});

realTest(test, 'Argo CD’s own chart needs no definition that a later wave brings', ['helm', 'charts'], async () => {
  const argo = (await templatedCharts()).filter(({ folder }) => folder.endsWith('/argo-cd'));
  assert.is(argo.length, 2);
  for (const { objects } of argo) {
    const own = new Set(
      objects
        .filter(({ kind }) => kind === 'CustomResourceDefinition')
        .map((object) => (object as unknown as { spec: { group: string } }).spec.group),
    );
    const foreign = objects.filter(
      ({ apiVersion }) => /\.(com|io)\//.test(apiVersion) && !apiVersion.includes('.k8s.io/') && !own.has(apiVersion.split('/')[0] ?? ''),
    );
    assert.equal(
      foreign.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
      [],
    );
  }
});

test.run();
