import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { definitionOf, KINDS, type KindKey } from '../../charts/infrastructure/kinds.ts';
import { renderedTree } from '../../generators/tree-objects.ts';
import { KIND_FACTS } from '../../policies/tree/kinds.ts';
import type { Break, RenderedTree, SpoiltTree } from '../../policies/tree/law.ts';
import { TREE_LAWS } from '../../policies/tree/laws.ts';
import { kindOf, type TreeObject } from '../../policies/tree/object.ts';
import { replacements } from '../../policies/tree/replacements.ts';
import { STATEFUL } from '../../policies/tree/stateful.ts';
import { platformWith, ROOT } from '../project.ts';
import { realTest } from '../real/parts.ts';

const test = suite('tree laws');
const FOLDER = join(ROOT, 'policies/tree');
const platform = platformWith({});
const good = renderedTree(platform);

/** A copy of the good tree that a break may change. */
function spoil(change: Break): RenderedTree {
  const objects = structuredClone(good.objects) as TreeObject[];
  const index = (cloud: string, kind: string, name: string): number => {
    const found = objects.findIndex(
      (object) => object.cloud === cloud && kindOf(object) === kind && object.manifest.metadata.name === name,
    );
    if (found < 0) throw new Error(`there is no ${kind} ${name} in the ${cloud} cluster`);
    return found;
  };
  const tree: SpoiltTree = {
    object: (cloud, kind, name) => objects[index(cloud, kind, name)]?.manifest,
    remove: (cloud, kind, name) => void objects.splice(index(cloud, kind, name), 1),
    copy: (cloud, kind, name, to) => {
      const one = structuredClone(objects[index(cloud, kind, name)] as TreeObject);
      objects.push({
        ...one,
        cloud: to.cloud ?? one.cloud,
        manifest: { ...one.manifest, metadata: { ...one.manifest.metadata, name: to.name ?? name } },
      });
    },
  };
  change.spoil(tree);
  return { platform, objects };
}

test('every folder is a registered law of that name, with a code of its own', () => {
  const folders = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, 'rule.ts')));
  assert.equal(TREE_LAWS.map((law) => law.name).sort(), folders.sort());
  assert.is(new Set(TREE_LAWS.map((law) => law.code)).size, TREE_LAWS.length);
});

for (const name of ['production', 'the same with GCP as the owner'] as const)
  test(`${name} obeys every law`, () => {
    const existing = [{ kind: 'VPNGateway', name: 'crm-production', id: 'vgw-0a1b2c3d4e5f67890' }];
    const tree = name === 'production' ? good : renderedTree(platformWith({ 'link.owner': 'gcp', existing }));
    for (const law of TREE_LAWS)
      assert.equal(
        law.check(tree).map(({ object, message }) => `${law.code} ${object.path}: ${message}`),
        [],
      );
  });

let caught = 0;
for (const law of TREE_LAWS) {
  const { breaks } = (await import(join(FOLDER, law.name, 'breaks.ts'))) as { breaks: readonly Break[] };
  for (const one of breaks)
    test(`${law.code} ${law.name} catches: ${one.what}`, () => {
      const found = law.check(spoil(one));
      assert.ok(found.length > 0, 'nothing was found');
      for (const { message, hint } of found) assert.ok(message.length > 15 && hint.length > 10, `${message} ${hint}`);
      caught++;
    });
}

test('at least forty ways to spoil a tree are caught', () => assert.ok(caught >= 40, `${caught}`));

test('ids that match nothing rendered are found, and GCP cannot own the link without the id of the gateway', () => {
  const law = TREE_LAWS.find(({ name }) => name === 'existing-resources-are-rendered');
  const messages = (change: Record<string, unknown>): string[] =>
    law?.check(renderedTree(platformWith(change))).map(({ message }) => message) ?? [];
  assert.match(messages({ existing: [{ kind: 'VPC', name: 'crm', id: 'vpc-1' }] })[0] ?? '', /existing names VPC crm/);
  assert.match(messages({ existing: [{ kind: 'Role', name: 'crm-production-crossplane', id: 'x' }] })[0] ?? '', /found by its name/);
  assert.equal(messages({ existing: [{ kind: 'VPC', name: 'crm-production', id: 'vpc-1' }] }), []);
  assert.match(messages({ 'link.owner': 'gcp' }).join(), /has no gateway: the gcp cluster owns the link/);
});

test('a change that would replace a store is recognised, and one that would not is not', () => {
  const changed = (change: Record<string, unknown>): string[] =>
    replacements(good.objects, renderedTree(platformWith(change)).objects).map(
      (one) => `${one.effect} ${one.kind} ${one.parameters.join()}`,
    );
  assert.equal(changed({}), []);
  assert.equal(changed({ 'aws.database.instanceClass': 'db.m6g.4xlarge' }), []);
  assert.equal(changed({ 'aws.database.storageEncryption': false }), ['replaced rds/Instance storageEncrypted,kmsKeyIdRef']);
  assert.equal(changed({ 'aws.network.vpc': '10.31.0.0/16' }), ['replaced ec2/VPC cidrBlock']);
  assert.ok(changed({ 'gcp.cache.transitEncryption': false }).includes('replaced redis/Instance transitEncryptionMode'));
  assert.ok(changed({ 'database.name': 'sales' }).includes('replaced rds/Instance dbName'));
  assert.ok(changed({ 'gcp.kubernetes.name': 'crm-other' }).includes('abandoned sql/DatabaseInstance '));
});

test('every stateful kind is rendered', () => {
  const kinds = new Set(good.objects.map(kindOf));
  for (const kind of Object.keys(STATEFUL)) assert.ok(kinds.has(kind), kind);
});

realTest(test, 'the facts of every kind are those of its definition', ['schemas'], () => {
  const folder = join(ROOT, '../shared/schemas');
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    group: string;
    version: string;
    kind: string;
    plural: string;
    requiredForProvider: string[];
    externalName: string;
    schema: string;
  }[];
  const references = JSON.parse(readFileSync(join(folder, 'refs.json'), 'utf8')) as Record<
    string,
    { ref: string; kind: string; group: string }[]
  >;
  for (const key of Object.keys(KINDS) as KindKey[]) {
    const { group, version, kind } = KINDS[key];
    const entry = index.find((one) => one.group === group && one.version === version && one.kind === kind);
    const facts = KIND_FACTS[`${group}/${kind}`];
    assert.ok(entry && facts, key);
    assert.is(definitionOf(key), `${entry?.plural}.${group}`);
    assert.equal([...(facts?.required ?? [])].sort(), [...(entry?.requiredForProvider ?? [])].sort(), key);
    const known = references[`${group}/${version}/${kind}`] ?? [];
    for (const [field, target] of Object.entries(facts?.refs ?? {})) {
      const resolved = known.find(({ ref }) => ref === field);
      assert.is(resolved && `${resolved.group}/${resolved.kind}`, target, `${key} ${field}`);
    }
  }
  assert.is(Object.keys(KIND_FACTS).length, Object.keys(KINDS).length);
});

realTest(test, 'every parameter that cannot be changed in place is one that its kind has', ['schemas'], () => {
  const folder = join(ROOT, '../shared/schemas');
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    group: string;
    version: string;
    kind: string;
    schema: string;
  }[];
  for (const [key, parameters] of Object.entries(STATEFUL)) {
    const { group, version, kind } = KINDS[key as KindKey];
    const entry = index.find((one) => one.group === group && one.version === version && one.kind === kind);
    const schema = JSON.parse(readFileSync(join(folder, entry?.schema ?? ''), 'utf8')) as Schema;
    for (const parameter of parameters)
      assert.ok(childOf(schema, `spec.forProvider.${parameter}`.split('.')), `${key} has no ${parameter}`);
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function childOf(schema: Schema | undefined, [key, ...rest]: readonly string[]): Schema | undefined {
  return key === undefined ? schema : childOf(schema?.properties?.[key], rest);
}

realTest(test, 'every CEL rule of those definitions says that a parameter is required, which is what the law says', ['schemas'], () => {
  const folder = join(ROOT, '../shared/schemas');
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { group: string; kind: string; schema: string }[];
  const required = /has\(self\.forProvider\.(\w+)\)/;
  let rules = 0;
  for (const { group, kind } of Object.values(KINDS)) {
    const entry = index.find((one) => one.group === group && one.kind === kind);
    for (const rule of rulesIn(JSON.parse(readFileSync(join(folder, entry?.schema ?? ''), 'utf8')))) {
      // CEL writes its own words, such as namespace, with underscores around them.
      const parameter = (required.exec(rule)?.[1] ?? '').replace(/^__(.*)__$/, '$1');
      assert.ok(KIND_FACTS[`${group}/${kind}`]?.required.includes(parameter), `${kind}: ${rule}`);
      rules++;
    }
  }
  assert.ok(rules > 50, `${rules} rules`);
});

function rulesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(rulesIn);
  if (schema === null || typeof schema !== 'object') return [];
  const { 'x-kubernetes-validations': own = [], ...rest } = schema as { 'x-kubernetes-validations'?: { rule: string }[] };
  return [...own.map(({ rule }) => rule), ...Object.values(rest).flatMap(rulesIn)];
}

test.run();
