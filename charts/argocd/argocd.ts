import type { Chart } from 'cdk8s';
import type { Cluster } from '../cluster.ts';
import { applicationName, type Component } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { PROJECTS, type ProjectName } from '../projects.ts';
import { WAVES } from '../waves.ts';

const ARGO_API = 'argoproj.io/v1alpha1';
const HERE = 'https://kubernetes.default.svc';
const namespace = NAMESPACES.argocd;
const WAVE = 'argocd.argoproj.io/sync-wave';

/** Folder of one cluster in the GitOps repository, `production/aws`, below the configured directory. */
function repositoryPath({ platform, cloud }: Cluster, component: string): string {
  const { directory } = platform.gitops;
  return [...(directory === '.' ? [] : [directory]), platform.name, cloud, component].join('/');
}

/** The root Application, the AppProjects, and one Application a component. Each cluster's Argo CD syncs only its own. */
export function argocd(scope: Chart, cluster: Cluster, components: readonly Component[]): void {
  projects(scope, cluster);
  for (const component of components) application(scope, cluster, component);
  root(scope, cluster);
}

function projects(scope: Chart, { platform }: Cluster): void {
  for (const name of Object.keys(PROJECTS) as ProjectName[]) {
    const project: {
      description: string;
      namespaces: readonly string[];
      clusterKinds: readonly object[];
      deniedKinds?: readonly object[];
    } = PROJECTS[name];
    customResource(scope, {
      apiVersion: ARGO_API,
      kind: 'AppProject',
      name,
      namespace,
      annotations: { [WAVE]: String(WAVES.foundation - 1) },
      spec: {
        description: project.description,
        sourceRepos: [platform.gitops.repository],
        destinations: project.namespaces.map((destination) => ({ server: HERE, namespace: destination })),
        clusterResourceWhitelist: [...project.clusterKinds],
        ...(project.deniedKinds ? { namespaceResourceBlacklist: [...project.deniedKinds] } : {}),
        orphanedResources: { warn: false },
      },
    });
  }
  // The project that everybody may use by default is closed.
  customResource(scope, {
    apiVersion: ARGO_API,
    kind: 'AppProject',
    name: 'default',
    namespace,
    annotations: { [WAVE]: String(WAVES.foundation - 1) },
    spec: { description: 'Closed: every Application names its project.', sourceRepos: [], destinations: [] },
  });
}

function application(scope: Chart, cluster: Cluster, component: Component): void {
  const { gitops } = cluster.platform;
  const name = applicationName(component);
  customResource(scope, {
    apiVersion: ARGO_API,
    kind: 'Application',
    name,
    namespace,
    annotations: { [WAVE]: String(WAVES[component.wave]) },
    spec: {
      project: component.project,
      source: {
        repoURL: gitops.repository,
        targetRevision: gitops.revision,
        path: repositoryPath(cluster, component.path),
        ...(component.kind === 'helm' ? { helm: { releaseName: name } } : {}),
      },
      destination: { server: HERE, namespace: component.namespace },
      syncPolicy: {
        automated: { prune: component.prune ?? true, selfHeal: gitops.selfHeal },
        // Server-side apply: some definitions are too large for the annotation of the other kind.
        syncOptions: [
          'ServerSideApply=true',
          'FailOnSharedResource=true',
          'PruneLast=true',
          'RespectIgnoreDifferences=true',
          'SkipDryRunOnMissingResource=true',
        ],
        retry: RETRY,
      },
      // The autoscalers own the number of replicas.
      ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
    },
  });
}

const RETRY = { limit: -1, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } };

/** Syncs this very folder: a new component is one file more. An operator may pause a child; the root leaves it so. */
function root(scope: Chart, cluster: Cluster): void {
  const { gitops } = cluster.platform;
  customResource(scope, {
    apiVersion: ARGO_API,
    kind: 'Application',
    name: 'root',
    namespace,
    annotations: { [WAVE]: String(WAVES.foundation - 1) },
    spec: {
      project: 'platform',
      source: { repoURL: gitops.repository, targetRevision: gitops.revision, path: repositoryPath(cluster, 'argocd') },
      destination: { server: HERE, namespace },
      syncPolicy: {
        automated: { prune: true, selfHeal: gitops.selfHeal },
        syncOptions: ['ServerSideApply=true', 'RespectIgnoreDifferences=true'],
        retry: RETRY,
      },
      ignoreDifferences: [
        {
          group: 'argoproj.io',
          kind: 'Application',
          jsonPointers: ['/spec/syncPolicy/automated', '/metadata/annotations/argocd.argoproj.io~1refresh', '/operation'],
        },
      ],
    },
  });
}
