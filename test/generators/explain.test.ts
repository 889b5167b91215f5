import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPath } from '../../environments/path.ts';
import { FORMATS } from '../../environments/schema/formats.ts';
import { SCHEMAS } from '../../environments/schema/schemas.ts';
import { leavesOf } from '../../generators/explain/leaves.ts';
import { productionEnvironment } from '../project.ts';
import { runCli } from '../run-cli.ts';

const test = suite('explain');
const { raw } = productionEnvironment();

test('every value has another one of its own format, which differs even after rounding', () => {
  for (const kind of ['shared', 'aws', 'gcp'] as const)
    for (const { path, value, other } of leavesOf(SCHEMAS[kind], raw[kind])) {
      const name = `${kind} ${formatPath(path)}`;
      assert.is.not(other, value, name);
      for (const format of Object.values(FORMATS)) {
        if (typeof value !== 'string' || format.parse(value) === undefined || !/^\d+(d|Gi|Ti)$/.test(value)) continue;
        assert.ok(Number(format.parse(String(other))) > 1.9 * Number(format.parse(value)), `${name}: ${String(other)}`);
      }
    }
});

test('a managed resource is explained by the keys it comes from', async () => {
  const keysOf = async (file: string): Promise<string[]> => {
    const { code, out, err } = await runCli(['explain', file, '--output', 'json']);
    assert.is(code, 0, err);
    return (JSON.parse(out) as { keys: { path: string }[] }).keys.map(({ path }) => path);
  };
  const rds = await keysOf('gitops/production/aws/infrastructure/aws/rds-instance-crm-production.yaml');
  for (const path of [
    'aws.database.instanceClass',
    'aws.database.storage',
    'aws.database.maxStorage',
    'aws.database.backupRetention',
    'database.name',
  ])
    assert.ok(rds.includes(path), path);
  assert.ok(!rds.includes('gcp.database.tier'));
  const link = await keysOf('gitops/production/aws/infrastructure/configs/composition-crm-production-link.yaml');
  assert.ok(link.includes('link.tunnels[3]') && link.includes('gcp.network.asn'));
});

test.run();
