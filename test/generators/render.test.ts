import { ApiObject } from 'cdk8s';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { componentsOf } from '../../charts/components.ts';
import { CLOUDS } from '../../environments/platform.ts';
import { Identities } from '../../generators/identity.ts';
import { buildObjects } from '../../generators/kustomize.ts';
import { manifestOf } from '../../generators/manifest-of.ts';
import { render } from '../../generators/render.ts';
import { TreeBuilder, treeDigest } from '../../generators/tree.ts';
import { toYaml } from '../../generators/yaml.ts';
import { platformWith, productionEnvironment } from '../project.ts';

const test = suite('render');

test('the quick way from construct to data gives what cdk8s gives, for every object', () => {
  const { platform } = productionEnvironment();
  let compared = 0;
  for (const cloud of CLOUDS)
    for (const component of componentsOf({ platform, cloud })) {
      if (component.kind !== 'kustomize') continue;
      for (const object of buildObjects(component, { platform, cloud }).objects) {
        assert.ok(object instanceof ApiObject);
        assert.is(toYaml(manifestOf(object)), toYaml(object.toJson()));
        compared++;
      }
    }
  assert.ok(compared > 150, `${compared} objects`);
});

test('the order of keys, the time zone and the locale do not reach the bytes', () => {
  const digest = treeDigest(render(productionEnvironment().platform));
  const before = { ...process.env };
  process.env.TZ = 'Pacific/Kiritimati';
  process.env.LC_ALL = 'tr_TR.UTF-8';
  assert.is(treeDigest(render(platformWith({}))), digest);
  process.env = before;
});

test('rendering reads no clock and no chance', () => {
  const { now } = Date;
  const { random } = Math;
  const forbidden = (): never => {
    throw new Error('rendering must not ask');
  };
  Date.now = forbidden;
  Math.random = forbidden;
  try {
    assert.ok(render(platformWith({})).size > 250);
  } finally {
    Date.now = now;
    Math.random = random;
  }
});

test('one component that makes an object twice is an error that names it', () => {
  const [component] = componentsOf({ platform: platformWith({ 'application.secrets': ['api-keys', 'api-keys'] }), cloud: 'aws' }).filter(
    (one) => one.path === 'application',
  );
  if (component?.kind !== 'kustomize') throw new Error('no application');
  assert.throws(
    () => buildObjects(component, { platform: platformWith({ 'application.secrets': ['api-keys', 'api-keys'] }), cloud: 'aws' }),
    'ExternalSecret-crm-api-keys comes from two places: production/aws/application and production/aws/application',
  );
});

test('one cloud alone is rendered as it is with the other', () => {
  const { platform } = productionEnvironment();
  const all = render(platform);
  for (const cloud of CLOUDS) {
    const files = [...render(platform, [cloud]).values()];
    assert.ok(files.length > 100);
    for (const file of files) assert.is(all.get(file.path)?.sha256, file.sha256);
  }
});

test('two producers of one object are an error that names both', () => {
  const identities = new Identities();
  identities.claim({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'n' } }, 'production/aws/one');
  identities.claim({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'm' } }, 'production/aws/two');
  assert.throws(
    () => identities.claim({ apiVersion: 'apps/v2', kind: 'Deployment', metadata: { name: 'a', namespace: 'n' } }, 'production/aws/two'),
    'Deployment n/a comes from two places: production/aws/one and production/aws/two',
  );
});

test('two producers of one path are an error that names both, also where case does not count', () => {
  const tree = new TreeBuilder();
  tree.add('one', 'a/File.yaml', '');
  assert.throws(() => tree.add('two', 'a/file.yaml', ''), 'the file a/file.yaml comes from two places: one and two');
});

test('no password, token or key is in any file', () => {
  for (const file of render(productionEnvironment().platform).values())
    assert.not.match(file.content, /-----BEGIN|(password|token|secret)["']?\s*[:=]\s*["']?[A-Za-z0-9+/]{12,}["']?$/im, file.path);
});

test.run();
