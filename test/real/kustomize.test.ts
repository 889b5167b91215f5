import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments } from 'yaml';
import { toYaml } from '../../generators/yaml.ts';
import { run } from '../bundle.ts';
import { part, realTest } from './parts.ts';
import { foldersWith, renderedTree } from './rendered.ts';

const test = suite('kustomize');

async function build(folder: string): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await run(part('kustomize'), ['build', folder]);
  assert.is(code, 0, err);
  assert.is(err, '');
  return parseAllDocuments(out).map((document) => document.toJS());
}

realTest(test, 'every Kustomize folder of both clusters builds, and holds every resource', ['kustomize'], async () => {
  const folders = foldersWith('kustomization.yaml');
  assert.ok(folders.length >= 28, `${folders.length} folders`);
  for (const folder of folders) {
    const path = join(renderedTree().folder, folder);
    const listed = renderedTree().files.filter(
      (file) => file.path.startsWith(`${folder}/`) && !file.path.includes('/config/') && !file.path.endsWith('/kustomization.yaml'),
    );
    const kustomization = parse(renderedTree().files.find((file) => file.path === `${folder}/kustomization.yaml`)?.content ?? '') as {
      configMapGenerator?: unknown[];
    };
    const objects = await build(path);
    assert.is(objects.length, listed.length + (kustomization.configMapGenerator?.length ?? 0), folder);
  }
});

interface Workload {
  kind: string;
  metadata: { name: string };
  spec: {
    template: {
      spec: {
        volumes: { name: string; configMap?: { name: string } }[];
        containers: { envFrom?: { configMapRef?: { name: string } }[] }[];
      };
    };
  };
}

realTest(
  test,
  'workloads mount the generated ConfigMaps by their hashed names, and the writer record by its own',
  ['kustomize'],
  async () => {
    const objectsOf = async (component: string) =>
      (await build(join(renderedTree().folder, 'production/aws', component))) as unknown as Workload[];
    const pgbouncer = await objectsOf('pgbouncer');
    const deployment = pgbouncer.find((object) => object.kind === 'Deployment');
    const volumes = deployment?.spec.template.spec.volumes.flatMap((volume) => volume.configMap?.name ?? []) ?? [];
    const generated = pgbouncer.find((object) => object.kind === 'ConfigMap')?.metadata.name ?? '';
    assert.match(generated, /^pgbouncer-config-[a-z0-9]{10}$/);
    assert.equal(volumes, [generated, 'pgbouncer-writer']);
    const crm = (await objectsOf('application')).find((object) => object.kind === 'Deployment');
    assert.match(crm?.spec.template.spec.containers[0]?.envFrom?.[0]?.configMapRef?.name ?? '', /^crm-environment-[a-z0-9]{10}$/);
  },
);

realTest(test, 'no Application tracks the writer record', ['kustomize'], async () => {
  for (const folder of foldersWith('kustomization.yaml'))
    for (const object of await build(join(renderedTree().folder, folder)))
      assert.is.not(`${object.kind} ${(object.metadata as { name: string }).name}`, 'ConfigMap pgbouncer-writer', folder);
});

realTest(test, 'any text survives Kustomize as a value', ['kustomize'], async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-kustomize-'));
  writeFileSync(join(folder, 'kustomization.yaml'), toYaml({ resources: ['map.yaml'] }));
  const nasty = [
    'on',
    'off',
    'y',
    'No',
    '0644',
    '0o14',
    '1e3',
    '12:30',
    '~',
    '=',
    '<<',
    'null',
    '2024-01-01',
    '.',
    '0x_',
    '1_000',
    'SELECT *\nFROM t;\n',
    '[a]\nb = 1\n',
    'a: b',
    '# c',
    '- d',
    'é',
    '한국어',
    '\t',
    'a\r\nb',
    '"',
    "'",
    '\\',
  ];
  const samples = fc
    .sample(fc.string({ unit: 'grapheme', maxLength: 60 }), 400)
    .filter((text) => text.isWellFormed() && !text.includes('\u0085'));
  const data = Object.fromEntries([...nasty, ...samples].map((text, index) => [`k${index}`, text]));
  writeFileSync(join(folder, 'map.yaml'), toYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'nasty' }, data }));
  const [object] = await build(folder);
  const read = object?.data as Record<string, string>;
  assert.equal(
    Object.entries(data)
      .filter(([key, text]) => read[key] !== text)
      .map(([key, text]) => [text, read[key]]),
    [],
  );
});

test.run();
