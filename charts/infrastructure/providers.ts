import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { otherCloud } from '../../environments/platform.ts';
import type { Cluster } from '../cluster.ts';
import type { KustomizeComponent } from '../component.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { KEPT } from '../sync-options.ts';
import { PROVIDER_ACCOUNT as AWS_ACCOUNT } from './aws/identities.ts';
import { email, federationAudience, PROVIDER_ACCOUNT as GCP_ACCOUNT } from './gcp/identities.ts';
import { definitionOf, KINDS, type KindKey, type Provider, providerOf, serviceOf } from './kinds.ts';
import { LINK_KINDS } from './link/link.ts';
import { FAMILIES, FUNCTIONS } from './versions.ts';

const ACCOUNTS: Record<Provider, string> = { aws: AWS_ACCOUNT, gcp: GCP_ACCOUNT, cloudflare: 'provider-cloudflare' };
/** Where the token and the credentials of the other cloud are mounted. */
export const FEDERATION = { token: '/var/run/tandem/token', folder: '/var/run/tandem', google: '/etc/tandem/credentials.json' } as const;

/** The kinds that this cluster works with: all of its own cloud, the link's in the other cloud, and the edge. */
export function kindsOf({ cloud }: Cluster): KindKey[] {
  const own = (Object.keys(KINDS) as KindKey[]).filter((key) => [cloud, 'cloudflare'].includes(providerOf(key)));
  return [...own, ...LINK_KINDS[otherCloud(cloud)]].sort();
}

/** Crossplane's packages; both clusters have all that a change of ownership needs, because then there is no time to install. */
export const providers: KustomizeComponent = {
  kind: 'kustomize',
  path: 'infrastructure/providers',
  namespace: NAMESPACES.crossplane,
  project: 'infrastructure',
  wave: 'providers',
  build(scope, cluster) {
    const kinds = kindsOf(cluster);
    for (const provider of ['aws', 'gcp', 'cloudflare'] as const) {
      const { registry, prefix, family, version } = FAMILIES[provider];
      const services = new Set(kinds.filter((key) => providerOf(key) === provider).map(serviceOf));
      const names = [family, ...[...services].sort().map((service) => `${prefix}-${service}`)];
      runtime(scope, cluster, provider);
      for (const name of names)
        customResource(scope, {
          apiVersion: 'pkg.crossplane.io/v1',
          kind: 'Provider',
          name,
          annotations: KEPT,
          spec: {
            package: `${registry}/${name}:${version}`,
            packagePullPolicy: 'IfNotPresent',
            revisionActivationPolicy: 'Automatic',
            revisionHistoryLimit: 1,
            // The family is listed beside its members, in the same version.
            skipDependencyResolution: true,
            runtimeConfigRef: { name: ACCOUNTS[provider] },
          },
        });
    }
    for (const [name, image] of Object.entries(FUNCTIONS))
      customResource(scope, {
        apiVersion: 'pkg.crossplane.io/v1',
        kind: 'Function',
        name,
        annotations: KEPT,
        spec: { package: image, packagePullPolicy: 'IfNotPresent', revisionHistoryLimit: 1 },
      });
    customResource(scope, {
      apiVersion: 'apiextensions.crossplane.io/v1alpha1',
      kind: 'ManagedResourceActivationPolicy',
      name: 'tandem',
      spec: { activate: kinds.map(definitionOf).sort() },
    });
    return [];
  },
};

/** How a family's pods run: the service account that the cloud knows, and what proves their identity to the other cloud. */
function runtime(scope: Chart, cluster: Cluster, provider: Provider): void {
  const { cloud } = cluster;
  const foreign = provider === otherCloud(cloud);
  const annotations = provider === 'gcp' && !foreign ? { 'iam.gke.io/gcp-service-account': email(cluster, 'crossplane') } : undefined;
  if (foreign && provider === 'gcp') googleCredentials(scope, cluster);
  customResource(scope, {
    apiVersion: 'pkg.crossplane.io/v1beta1',
    kind: 'DeploymentRuntimeConfig',
    name: ACCOUNTS[provider],
    spec: {
      serviceAccountTemplate: { metadata: { name: ACCOUNTS[provider], ...(annotations ? { annotations } : {}) } },
      deploymentTemplate: {
        spec: {
          selector: {},
          template: {
            spec: {
              containers: [
                {
                  name: 'package-runtime',
                  args: ARGUMENTS[provider],
                  resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { memory: '1Gi' } },
                  ...(foreign ? { volumeMounts: mounts(provider) } : {}),
                },
              ],
              ...(foreign ? { volumes: volumes(cluster, provider) } : {}),
            },
          },
        },
      },
    },
  });
}

/** Cloudflare allows 1200 calls in five minutes, to everybody who uses the account. Source: Cloudflare API, rate limits. */
const ARGUMENTS: Record<Provider, string[]> = {
  aws: ['--poll=10m', '--max-reconcile-rate=10'],
  gcp: ['--poll=10m', '--max-reconcile-rate=10'],
  cloudflare: ['--poll=30m', '--max-reconcile-rate=1'],
};

const GOOGLE_CREDENTIALS = 'google-federation';

function mounts(provider: Provider): object[] {
  return [
    { name: 'token', mountPath: FEDERATION.folder, readOnly: true },
    ...(provider === 'gcp' ? [{ name: 'google', mountPath: '/etc/tandem', readOnly: true }] : []),
  ];
}

function volumes(cluster: Cluster, provider: Provider): object[] {
  const audience = provider === 'gcp' ? federationAudience(cluster) : 'sts.amazonaws.com';
  return [
    { name: 'token', projected: { sources: [{ serviceAccountToken: { audience, path: 'token', expirationSeconds: 3600 } }] } },
    ...(provider === 'gcp' ? [{ name: 'google', configMap: { name: GOOGLE_CREDENTIALS } }] : []),
  ];
}

/** Where to change a token of this cluster into one of Google's; nothing in it is secret. */
function googleCredentials(scope: Chart, cluster: Cluster): void {
  const account = email(cluster, 'crossplane-from-aws');
  const content = {
    type: 'external_account',
    audience: federationAudience(cluster),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file: FEDERATION.token, format: { type: 'text' } },
    service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  };
  new k8s.KubeConfigMap(scope, GOOGLE_CREDENTIALS, {
    metadata: {
      name: GOOGLE_CREDENTIALS,
      namespace: NAMESPACES.crossplane,
      annotations: { 'argocd.argoproj.io/sync-wave': '-5' },
    },
    data: { 'credentials.json': JSON.stringify(content, null, 2) },
  });
}
