import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { applicationName, type Component, type KustomizeComponent } from '../../charts/component.ts';
import { componentsOf } from '../../charts/components.ts';
import { NAMESPACES } from '../../charts/names.ts';
import { PROJECTS } from '../../charts/projects.ts';
import { WAVES } from '../../charts/waves.ts';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { buildObjects } from '../../generators/kustomize.ts';
import { type Manifest, manifestOf } from '../../generators/manifest-of.ts';
import { render } from '../../generators/render.ts';
import { platformWith, productionEnvironment } from '../project.ts';

const test = suite('cluster');
const { platform } = productionEnvironment();

type Loose = Manifest & {
  spec: any;
  metadata: { annotations?: Record<string, string>; labels?: Record<string, string> };
  rules?: any;
  subjects?: any;
};

function objectsOf(cloud: Cloud, component: Component): Loose[] {
  if (component.kind !== 'kustomize') return [];
  return buildObjects(component as KustomizeComponent, { platform, cloud }).objects.map((object) => manifestOf(object) as Loose);
}

const everything = (cloud: Cloud): { component: Component; object: Loose }[] =>
  componentsOf({ platform, cloud }).flatMap((component) => objectsOf(cloud, component).map((object) => ({ component, object })));
const find = (cloud: Cloud, kind: string, name: string): Loose => {
  const found = everything(cloud).find(({ object }) => object.kind === kind && object.metadata.name === name)?.object;
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};

for (const cloud of CLOUDS) {
  test(`${cloud}: the project of each Application allows all that the Application deploys`, () => {
    for (const { component, object } of everything(cloud)) {
      const project: {
        namespaces: readonly string[];
        clusterKinds: readonly { group: string; kind: string }[];
        deniedKinds?: readonly { kind: string }[];
      } = PROJECTS[component.project];
      const { namespace } = object.metadata;
      const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
      const what = `${component.path}: ${object.kind} ${object.metadata.name}`;
      assert.ok(project.namespaces.includes(component.namespace), `${component.path} deploys into ${component.namespace}`);
      if (namespace) assert.ok(project.namespaces.includes(namespace), what);
      else
        assert.ok(
          project.clusterKinds.some((kind) => ['*', group].includes(kind.group) && ['*', object.kind].includes(kind.kind)),
          what,
        );
      assert.not.ok(
        project.deniedKinds?.some((kind) => kind.kind === object.kind),
        what,
      );
    }
  });

  test(`${cloud}: every component but the Applications has one Application, at the wave of the table`, () => {
    const [applications, ...deployed] = componentsOf({ platform, cloud });
    if (!applications) throw new Error('no component');
    const rendered = objectsOf(cloud, applications).filter((object) => object.kind === 'Application' && object.metadata.name !== 'root');
    assert.equal(rendered.map((object) => object.metadata.name).sort(), deployed.map(applicationName).sort());
    for (const component of deployed) {
      const one = rendered.find((object) => object.metadata.name === applicationName(component));
      assert.is(one?.metadata.annotations?.['argocd.argoproj.io/sync-wave'], String(WAVES[component.wave]));
      assert.is(one?.spec.source.path, `production/${cloud}/${component.path}`);
      assert.is(one?.spec.destination.server, 'https://kubernetes.default.svc', 'no cluster depends on the other');
      assert.ok(one?.spec.syncPolicy.syncOptions.includes('ServerSideApply=true'));
      assert.is(one?.spec.syncPolicy.retry.limit, -1);
    }
  });

  test(`${cloud}: every namespace denies by default and states its pod security`, () => {
    for (const name of Object.values(NAMESPACES)) {
      const labels = find(cloud, 'Namespace', name).metadata.labels ?? {};
      assert.ok(['restricted', 'baseline', 'privileged'].includes(labels['pod-security.kubernetes.io/enforce'] ?? ''));
      const deny = everything(cloud).find(
        ({ object }) => object.kind === 'NetworkPolicy' && object.metadata.namespace === name && object.metadata.name === 'default-deny',
      );
      assert.equal(deny?.object.spec.podSelector, {});
      assert.ok(deny?.object.spec.policyTypes.includes('Ingress'));
    }
    for (const name of ['crm', 'pgbouncer', 'messaging', 'runbooks'])
      assert.is(find(cloud, 'Namespace', name).metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  });

  test(`${cloud}: only the runner of runbooks may change the writer record, and only that`, () => {
    const role = find(cloud, 'Role', 'writer-record');
    assert.equal(role.rules, [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['pgbouncer-writer'], verbs: ['get', 'update', 'patch'] },
    ]);
    assert.equal(find(cloud, 'RoleBinding', 'writer-record').subjects, [{ kind: 'ServiceAccount', name: 'runner', namespace: 'runbooks' }]);
  });

  test(`${cloud}: PgBouncer may reach both databases and nothing else`, () => {
    const { egress } = find(cloud, 'NetworkPolicy', 'pgbouncer').spec;
    const reached = egress
      .slice(1)
      .flatMap((rule: { to: { ipBlock: { cidr: string } }[]; ports: { port: number }[] }) =>
        rule.to.map((peer) => `${peer.ipBlock.cidr}:${rule.ports[0]?.port}`),
      );
    assert.equal(reached, ['10.30.10.0/24:5432', '10.30.11.0/24:5432', '10.24.0.0/20:5432']);
  });
}

test('the application reaches the cache of its own cloud, on the port that cloud serves TLS on', () => {
  const ports = (cloud: Cloud): number[] =>
    find(cloud, 'NetworkPolicy', 'crm').spec.egress.flatMap((rule: { ports: { port: number }[] }) => rule.ports.map((port) => port.port));
  assert.ok(ports('aws').includes(6379) && !ports('aws').includes(6378));
  assert.ok(ports('gcp').includes(6378) && !ports('gcp').includes(6379));
});

test('EKS has an Ingress that takes HTTPS with Cloudflare’s certificate alone; GKE a Gateway', () => {
  const { annotations = {} } = find('aws', 'Ingress', 'crm').metadata;
  assert.equal(JSON.parse(annotations['alb.ingress.kubernetes.io/mutual-authentication'] ?? ''), [
    { port: 443, mode: 'verify', trustStore: platform.aws.ingress.trustStoreArn },
  ]);
  assert.is(annotations['alb.ingress.kubernetes.io/ssl-redirect'], '443');
  assert.is(annotations['alb.ingress.kubernetes.io/security-groups'], 'crm-production-alb');
  assert.is(find('gcp', 'Gateway', 'crm').spec.gatewayClassName, 'gke-l7-global-external-managed');
  assert.is(find('gcp', 'GCPBackendPolicy', 'crm').spec.default.securityPolicy, 'crm-production-cloudflare');
  assert.throws(() => find('gcp', 'Ingress', 'crm'));
});

test('the owner of the link takes the leaf connection, the other cloud dials, and both sides swap with the owner', () => {
  const conf = (owner: Cloud, cloud: Cloud): string =>
    render(platformWith({ 'link.owner': owner }), [cloud]).get(`production/${cloud}/cache-bus/config/nats.conf`)?.content ?? '';
  for (const owner of CLOUDS)
    for (const cloud of CLOUDS) {
      assert.is(conf(owner, cloud).includes('listen: "0.0.0.0:7422"'), owner === cloud);
      assert.is(conf(owner, cloud).includes('$NATS_LEAF_URL'), owner !== cloud);
    }
});

test('load-balancer controller, metrics and node autoscaling are rendered for EKS only: GKE has its own', () => {
  const addons = (cloud: Cloud): string[] =>
    componentsOf({ platform, cloud }).flatMap((component) => (component.kind === 'helm' ? [component.path.slice('addons/'.length)] : []));
  const only = (a: string[], b: string[]): string[] => a.filter((name) => !b.includes(name)).sort();
  assert.equal(only(addons('aws'), addons('gcp')), [
    'aws-load-balancer-controller',
    'cloudwatch-exporter',
    'cluster-autoscaler',
    'metrics-server',
  ]);
  assert.equal(only(addons('gcp'), addons('aws')), ['stackdriver-exporter']);
});

test('Argo CD gets back its default exclusions and the health checks that waves need', () => {
  const values = parse(render(platform, ['aws']).get('production/aws/addons/argo-cd/values.yaml')?.content ?? '')['argo-cd'];
  const exclusions = parse(values.configs.cm['resource.exclusions']) as { kinds: string[] }[];
  const kinds = exclusions.flatMap((entry) => entry.kinds);
  for (const kind of ['Endpoints', 'Lease', 'CertificateRequest', 'CiliumEndpoint', 'ProviderConfigUsage'])
    assert.ok(kinds.includes(kind), kind);
  const customizations = parse(values.configs.cm['resource.customizations']);
  assert.match(customizations['argoproj.io/Application']['health.lua'], /obj\.status\.health\.status/);
  for (const group of ['*.upbound.io/*', '*.crossplane.io/*', 'infrastructure.tandem.internal/*'])
    assert.match(customizations[group]['health.lua'], /^local without_status/, group);
});

test('PgBouncer’s newer settings are written for images that have them', () => {
  const ini = (tag: string): string =>
    render(platformWith({ 'images.pgbouncer.tag': tag }), ['aws']).get('production/aws/pgbouncer/config/pgbouncer.ini')?.content ?? '';
  assert.match(ini('1.21.0'), /^max_prepared_statements = 200$/m);
  assert.not.match(ini('1.20.1'), /max_prepared_statements/);
});

test.run();
