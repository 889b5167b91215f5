import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { componentsOf } from '../../charts/components.ts';
import { KUBE_SYSTEM } from '../../charts/names.ts';
import { CLOUDS } from '../../environments/platform.ts';
import { buildObjects } from '../../generators/kustomize.ts';
import { manifestOf } from '../../generators/manifest-of.ts';
import { productionEnvironment } from '../project.ts';
import { type Resource, startApiServer } from './api-server.ts';
import { realTest } from './parts.ts';
import { podOf } from './pods.ts';
import { templatedCharts } from './upstream.ts';

const test = suite('pod security');
const { platform } = productionEnvironment();

/** The namespace that each umbrella chart is deployed into, by its folder in the tree. */
const HOMES = new Map(
  CLOUDS.flatMap((cloud) =>
    componentsOf({ platform, cloud }).map((component) => [`production/${cloud}/${component.path}`, component.namespace]),
  ),
);

realTest(
  test,
  'the namespaces admit every pod of the real upstream charts, at the pod security level they are rendered with',
  ['kube-apiserver', 'etcd', 'helm', 'charts'],
  async () => {
    const server = await startApiServer();
    try {
      const [namespaces] = componentsOf({ platform, cloud: 'aws' }).filter((component) => component.path === 'namespaces');
      if (namespaces?.kind !== 'kustomize') throw new Error('no namespaces');
      for (const object of buildObjects(namespaces, { platform, cloud: 'aws' }).objects.map(manifestOf))
        if (object.kind === 'Namespace') assert.ok((await server.apply(object as Resource)).status < 300);
      const refused: string[] = [];
      let admitted = 0;
      for (const { folder, objects } of await templatedCharts()) {
        const namespace = HOMES.get(folder) ?? '';
        if (namespace === KUBE_SYSTEM) continue;
        for (const object of objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind))) {
          const pod = podOf({ ...object, metadata: { ...object.metadata, namespace } });
          const { status, body } = await server.create({ ...pod, metadata: { ...pod.metadata, namespace } }, { dryRun: true });
          if (status === 201) admitted++;
          else refused.push(`${folder} ${object.kind} ${object.metadata.name}: ${body.message}`);
        }
      }
      assert.equal(refused, []);
      assert.ok(admitted > 30, `${admitted} pods`);
    } finally {
      await server.stop();
    }
  },
);

test.run();
