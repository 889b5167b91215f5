import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { composedIn } from './composed.ts';
import { part, realTest } from './parts.ts';
import { renderedTree } from './rendered.ts';

const test = suite('schemas');

interface Kubernetes {
  apiVersion: string;
  kind: string;
}

function objects(): { path: string; object: Kubernetes }[] {
  return renderedTree()
    .files.filter(
      (file) =>
        file.path.endsWith('.yaml') &&
        !file.path.includes('/addons/') &&
        !file.path.includes('/config/') &&
        !file.path.endsWith('/kustomization.yaml'),
    )
    .map((file) => ({ path: file.path, object: parse(file.content) as Kubernetes }))
    .flatMap((one) => [one, ...composedIn([one.object]).map((object) => ({ path: `${one.path} ${object.metadata.name}`, object }))]);
}

/** Validators by apiVersion and kind: the strict schema of a custom resource, or of a core kind. */
function validators(): (object: Kubernetes) => ValidateFunction | undefined {
  const folder = part('schemas');
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    group: string;
    version: string;
    kind: string;
    schema: string;
  }[];
  const core = JSON.parse(readFileSync(join(folder, 'core/definitions_v1.35.0.json'), 'utf8')) as {
    definitions: object;
    kinds: Record<string, string>;
  };
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'core', definitions: core.definitions });
  const compiled = new Map<string, ValidateFunction | undefined>();
  return ({ apiVersion, kind }) => {
    const id = `${apiVersion}|${kind}`;
    if (!compiled.has(id)) {
      const [group, version] = apiVersion.split('/');
      const custom = index.find((entry) => entry.group === group && entry.version === version && entry.kind === kind);
      const definition = core.kinds[id];
      compiled.set(
        id,
        custom
          ? ajv.compile(JSON.parse(readFileSync(join(folder, custom.schema), 'utf8')))
          : definition
            ? ajv.compile({ $ref: `core#/definitions/${definition}` })
            : undefined,
      );
    }
    return compiled.get(id);
  };
}

realTest(test, 'every object is valid by the strict schema of its kind', ['schemas'], () => {
  const validatorOf = validators();
  const without = new Set<string>();
  const counts = new Map<string, number>();
  for (const { path, object } of objects()) {
    const validate = validatorOf(object);
    if (!validate) {
      without.add(`${object.apiVersion} ${object.kind}`);
      continue;
    }
    assert.ok(validate(object), `${path}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    const kind = `${object.apiVersion} ${object.kind}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const managed = [...counts].filter(([kind]) => kind.includes('.m.upbound.io/') || kind.includes('crossplane.io/')).sort();
  process.stdout.write(
    `\nvalid objects of both environments, by kind:\n${managed.map(([kind, count]) => `${String(count).padStart(5)}  ${kind}\n`).join('')}`,
  );
  const checked = [...counts.values()].reduce((sum, count) => sum + count, 0);
  assert.ok(checked > 1300, `${checked} objects`);
  // The API server judges these by their real definitions.
  const ours = [...without].filter((kind) => kind.startsWith('infrastructure.tandem.internal/'));
  assert.is(ours.length, 6, 'composite resources, by the definitions that are rendered with them');
  assert.equal([...without].filter((kind) => !ours.includes(kind)).sort(), [
    'jetstream.nats.io/v1beta2 Account',
    'jetstream.nats.io/v1beta2 Stream',
  ]);
});

realTest(test, 'a typo in an object would be found', ['schemas'], () => {
  const validatorOf = validators();
  const deployment = objects().find(({ path }) => path === 'production/aws/pgbouncer/deployment-pgbouncer.yaml')?.object as unknown as {
    spec: Record<string, unknown>;
  };
  deployment.spec.replicaz = 1;
  assert.not.ok(validatorOf(deployment as unknown as Kubernetes)?.(deployment));
});

/** Key trees say what a chart's default values hold: a mapping of known keys, or the type of a value. */
type KeyTree = { [key: string]: KeyTree } | string | KeyTree[];

function misfits(values: unknown, tree: KeyTree | undefined, path: string): string[] {
  if (tree === undefined) return [`${path} is not a value of the chart`];
  if (typeof tree !== 'object' || Array.isArray(tree)) {
    const type = Array.isArray(values) ? 'array' : values === null ? 'null' : typeof values;
    const allowed = Array.isArray(tree) ? ['array'] : tree === 'null' || type === 'null' ? [type] : [tree];
    return allowed.includes(type) || (tree === 'object' && type === 'object') ? [] : [`${path} is ${type}, not ${String(tree)}`];
  }
  if (values === null || typeof values !== 'object' || Array.isArray(values)) return [`${path} is no mapping`];
  return Object.entries(values).flatMap(([key, value]) =>
    FREE.some((free) => free.test(`${path}.${key}`)) ? [] : misfits(value, tree[key], `${path}.${key}`),
  );
}

/** Mappings whose keys the user chooses though the chart has defaults in them. */
const FREE = [
  // Commented out in the chart's defaults.
  /^argo-workflows\.(controller|server)\.pdb\.minAvailable$/,
  /^argo-cd\.configs\.cm\./,
  /^argo-cd\.configs\.params\./,
  /^(cluster-autoscaler|external-dns)\.extraArgs\./,
  /^prometheus-blackbox-exporter\.config\.modules\./,
  /\.annotations\./,
];

realTest(test, 'every value that is set is a value of its chart', ['helm-values'], () => {
  let charts = 0;
  for (const file of renderedTree().files.filter((one) => one.path.endsWith('/values.yaml'))) {
    const [[name, values] = ['', {}]] = Object.entries(parse(file.content) as Record<string, unknown>);
    const tree = JSON.parse(readFileSync(join(part('helm-values'), `${name}.json`), 'utf8')) as KeyTree;
    assert.equal(misfits(values, tree, name), [], file.path);
    const schema = join(part('helm-values'), 'schemas', `${name}.json`);
    if (existsSync(schema)) {
      const validate = new Ajv({ strict: false, validateFormats: false }).compile({
        ...JSON.parse(readFileSync(schema, 'utf8')),
        $schema: undefined,
      });
      assert.ok(validate(values), `${file.path}: ${JSON.stringify(validate.errors)}`);
    }
    charts++;
  }
  assert.ok(charts > 40);
});

test.run();
