import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { CLOUDS, type Cloud } from '../../environments/platform.ts';
import { run } from '../bundle.ts';
import { type ApiServer, type Reply, type Resource, sleep, startApiServer } from './api-server.ts';
import { composedIn } from './composed.ts';
import { definitionOfComposite, definitionsFor } from './crds.ts';
import { part, realTest } from './parts.ts';
import { type Pod, podOf } from './pods.ts';
import { ENVIRONMENTS, foldersWith, renderedTree } from './rendered.ts';

const test = suite('kube-apiserver');
const NEEDS = ['kube-apiserver', 'etcd', 'kustomize', 'schemas', 'nack-crds'] as const;

/** Everything that one cluster's Kustomize folders build to. */
async function objectsOf(environment: string, cloud: Cloud): Promise<Resource[]> {
  const folders = foldersWith('kustomization.yaml').filter((folder) => folder.startsWith(`${environment}/${cloud}/`));
  const built = await Promise.all(folders.map((folder) => run(part('kustomize'), ['build', join(renderedTree().folder, folder)])));
  return built.flatMap(({ out }) => parseAllDocuments(out).map((document) => document.toJS() as Resource));
}

const isCustom = ({ apiVersion }: Resource): boolean => /\..*\./.test(apiVersion.split('/')[0] ?? '') && !apiVersion.includes('.k8s.io/');
const say = ({ kind, metadata }: Resource, reply: Reply): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}: ${reply.status} ${reply.body.message}`;

/** A server that knows the custom resources and has the cluster's namespaces, priorities and admission policies. */
async function prepared(objects: readonly Resource[]): Promise<ApiServer> {
  const server = await startApiServer();
  const composites = objects.filter(({ kind }) => kind === 'CompositeResourceDefinition') as unknown as Parameters<
    typeof definitionOfComposite
  >[0][];
  const all = [...objects, ...composedIn(objects)];
  const custom = definitionsFor(new Set(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))) as Resource[];
  for (const definition of [...custom, ...(composites.map(definitionOfComposite) as Resource[])]) {
    const reply = await server.create(definition);
    assert.is(reply.status, 201, say(definition, reply));
  }
  for (const object of objects.filter(({ kind }) =>
    ['Namespace', 'PriorityClass', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].includes(kind),
  )) {
    const reply = await server.apply(object);
    assert.ok(reply.status < 300, say(object, reply));
  }
  return server;
}

for (const [environment, cloud] of ENVIRONMENTS.flatMap((name) => CLOUDS.map((cloud) => [name, cloud] as const)))
  realTest(test, `a real API server accepts every object of ${environment}’s ${cloud} cluster`, NEEDS, async () => {
    const objects = await objectsOf(environment, cloud);
    const server = await prepared(objects);
    try {
      const rejected: string[] = [];
      for (const object of [...objects, ...composedIn(objects)]) {
        let reply = await server.apply(object, { dryRun: true }).catch((error: Error) => ({ status: 0, body: { message: error.message } }));
        // A definition is served a moment after it was created.
        for (let tries = 0; tries < 20 && (reply.status === 404 || reply.status === 0) && isCustom(object); tries++) {
          await sleep(250);
          reply = await server.apply(object, { dryRun: true }).catch((error: Error) => ({ status: 0, body: { message: error.message } }));
        }
        if (reply.status >= 300 || reply.status === 0) rejected.push(say(object, reply));
      }
      assert.equal(rejected, []);
      assert.ok(objects.length > 100, `${objects.length} objects`);
      await podsAreAdmitted(server, objects);
      if (environment === 'production' && cloud === 'aws') {
        await strangersAreNot(server, objects);
        await writerRecordGrows(server);
      }
    } finally {
      await server.stop();
    }
  });

const workloads = (objects: readonly Resource[]): Resource[] =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');

/** Pod security at level `restricted` and the image policy judge pods, not what creates them. */
async function podsAreAdmitted(server: ApiServer, objects: readonly Resource[]): Promise<void> {
  await policiesInForce(server, objects);
  assert.is(workloads(objects).length, 3);
  for (const workload of workloads(objects)) {
    const reply = await server.create(podOf(workload), { dryRun: true });
    assert.is(reply.status, 201, say(workload, reply));
  }
}

/** A policy judges a moment after it was created: wait until one that must be refused is. */
async function policiesInForce(server: ApiServer, objects: readonly Resource[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await server.create(withImage(objects, 'docker.io/library/crm:1.2.3'), { dryRun: true })).status === 403) return;
    await sleep(200);
  }
  throw new Error('the image policy never refused an image of another registry');
}

function withImage(objects: readonly Resource[], image: string): Pod {
  const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'crm') as Resource;
  const pod = structuredClone(podOf(deployment));
  const [container] = pod.spec.containers;
  if (container) container.image = image;
  return pod;
}

async function strangersAreNot(server: ApiServer, objects: readonly Resource[]): Promise<void> {
  const host = '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com';
  for (const [image, status] of [
    [`${host}/crm/app:2.14.0`, 201],
    [`${host}/crm/app@sha256:${'a'.repeat(64)}`, 201],
    [`${host}/crm/app`, 403],
    [`${host}/crm/app:latest`, 403],
    [`${host}.evil.example/crm/app:2.14.0`, 403],
  ] as const) {
    const reply = await server.create(withImage(objects, image), { dryRun: true });
    assert.is(reply.status, status, `${image}: ${reply.body.message}`);
  }
  const privileged = withImage(objects, `${host}/crm/app:2.14.0`);
  privileged.spec.hostNetwork = true;
  assert.is((await server.create(privileged, { dryRun: true })).status, 403);
}

const record = (writer: string, epoch: string, more: object = {}): Resource & { data: object } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'pgbouncer-writer', namespace: 'pgbouncer' },
  data: { writer, epoch, 'databases.ini': '[databases]\ncrm = host=x\n', ...more },
});

/** The policies of the writer record, on the real judge of CEL. */
async function writerRecordGrows(server: ApiServer): Promise<void> {
  const refused = async (reply: Promise<Reply>, words: string): Promise<void> => {
    const { status, body } = await reply;
    assert.is(status, 403, body.message);
    assert.ok(body.message?.includes(words), body.message);
  };
  await refused(server.create(record('azure', '1')), 'writer (aws or gcp)');
  await refused(server.create(record('aws', 'one')), 'epoch (a whole number)');
  assert.is((await server.create(record('aws', '1'))).status, 201);
  assert.is((await server.update(record('gcp', '2'))).status, 200);
  assert.is((await server.update(record('gcp', '2'))).status, 200, 'the same record again is no change');
  await refused(server.update(record('aws', '2')), 'must grow');
  await refused(server.update(record('aws', '1')), 'must grow');
  await refused(server.update({ ...record('aws', '3'), data: { writer: 'aws', epoch: '3' } } as Resource), 'databases.ini');
  assert.is((await server.update(record('aws', '10'))).status, 200, 'ten is more than two');
  await refused(server.remove(record('aws', '10')), 'must not be deleted');
  const other = { ...record('x', 'y'), metadata: { name: 'another', namespace: 'pgbouncer' } };
  assert.is((await server.create(other)).status, 201, 'other ConfigMaps are nobody’s business');
}

test.run();
