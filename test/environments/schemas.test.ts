import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { ROOT } from '../project.ts';

const test = suite('schemas');

/** A schema as an editor reads it: without our formats, and without filling in defaults. */
const editor = (name: string) =>
  new Ajv2020({ strict: true, allErrors: true }).compile(
    JSON.parse(readFileSync(`${ROOT}environments/schemas/${name}.schema.json`, 'utf8')),
  );
const KINDS = [
  ['environment', ''],
  ['aws', 'aws/'],
  ['gcp', 'gcp/'],
] as const;

for (const [name, folder] of KINDS)
  for (const environment of ['production', 'staging'])
    test(`an editor accepts ${folder}${environment}.yaml, and finds its schema beside it`, () => {
      const text = readFileSync(`${ROOT}environments/${folder}${environment}.yaml`, 'utf8');
      const validate = editor(name);
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
      assert.is(text.split('\n')[0], `# yaml-language-server: $schema=${folder ? '../' : ''}schemas/${name}.schema.json`);
    });

test('an editor refuses a range, a duration and a key that are wrong', () => {
  const value = parse(readFileSync(`${ROOT}environments/aws/production.yaml`, 'utf8'));
  for (const change of [
    { network: { ...value.network, vpc: '10.30.0.0' } },
    { database: { ...value.database, backupRetention: '14 days' } },
    { regoin: 'x' },
  ])
    assert.not.ok(editor('aws')({ ...value, ...change }));
});

test('every key of every schema is described', () => {
  const check = (schema: { description?: string; properties?: Record<string, never>; items?: never }, path: string): void => {
    assert.ok((schema.description ?? '').length > 3, `${path} has no description`);
    for (const [key, child] of Object.entries(schema.properties ?? {})) check(child, `${path}.${key}`);
    if (schema.items) check(schema.items, `${path}[]`);
  };
  for (const [name] of KINDS) check(JSON.parse(readFileSync(`${ROOT}environments/schemas/${name}.schema.json`, 'utf8')), name);
});

test.run();
