import type { Chart } from 'cdk8s';
import type { Platform } from '../../environments/platform.ts';
import type { Cluster } from '../cluster.ts';
import { customResource } from '../custom-resource.ts';
import { NAMESPACES } from '../names.ts';
import { KEPT } from '../sync-options.ts';
import { KINDS, type KindKey, providerOf } from './kinds.ts';

/** One resource of a cloud. Objects that refer to each other live in one namespace. */
export interface Managed {
  readonly kind: KindKey;
  /** Name of the object; for most kinds also the name in the cloud. */
  readonly name: string;
  readonly forProvider: object;
  /** What is set at creation and never enforced again: autoscalers and runbooks own it afterwards. */
  readonly initProvider?: object;
  /** Order within its Application; 0 when left out. */
  readonly wave?: number;
  /** Watched here, managed by another cluster or another object. */
  readonly observed?: boolean;
  /** Name in the cloud, where it is not the object's. */
  readonly externalName?: string;
  /** The secret that receives addresses and generated credentials. */
  readonly connectionSecret?: string;
}

/**
 * Kinds that Argo CD may prune and Crossplane may delete: rules, bindings, alarms, records. What holds data,
 * addresses or identity is left in the cloud when it vanishes from Git, until a person removes it.
 */
const DISPOSABLE: ReadonlySet<KindKey> = new Set<KindKey>([
  'cloudwatch/Dashboard',
  'cloudwatch/MetricAlarm',
  'cloudplatform/ProjectIAMMember',
  'cloudplatform/ServiceAccountIAMMember',
  'compute/Firewall',
  'dns/RecordSet',
  'ec2/FlowLog',
  'ec2/Route',
  'ec2/RouteTableAssociation',
  'ec2/SecurityGroupEgressRule',
  'ec2/SecurityGroupIngressRule',
  'ec2/VPCEndpointRouteTableAssociation',
  'ec2/VPNGatewayRoutePropagation',
  'eks/AccessEntry',
  'eks/AccessPolicyAssociation',
  'eks/PodIdentityAssociation',
  'iam/RolePolicyAttachment',
  'kms/CryptoKeyIAMMember',
  'monitoring/AlertPolicy',
  'monitoring/Dashboard',
  'monitoring/UptimeCheckConfig',
  'route53/Record',
  'secretmanager/SecretIAMMember',
  'sns/TopicSubscription',
]);

/** Kinds that may vanish from a cluster while the cloud keeps what they set: the other cluster takes them over. */
const RELEASED: ReadonlySet<KindKey> = new Set<KindKey>(['zone/Setting']);

const EXTERNAL_NAME = 'crossplane.io/external-name';
const WAVE = 'argocd.argoproj.io/sync-wave';

interface ManagedManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: Record<string, string>;
  readonly spec: object;
}

/** The object as it is applied, or composed: LateInitialize is off, so that Git alone says what is wanted. */
export function manifestOfManaged(platform: Platform, resource: Managed): ManagedManifest {
  const { kind, name, forProvider, initProvider, wave, observed = false, connectionSecret } = resource;
  const definition = KINDS[kind];
  const disposable = DISPOSABLE.has(kind);
  const externalName = resource.externalName ?? idOf(platform, kind, name);
  return {
    apiVersion: `${definition.group}/${definition.version}`,
    kind: definition.kind,
    name,
    annotations: {
      ...(externalName ? { [EXTERNAL_NAME]: externalName } : {}),
      ...(disposable || RELEASED.has(kind) ? {} : KEPT),
      ...(wave ? { [WAVE]: String(wave) } : {}),
    },
    spec: {
      managementPolicies: observed ? ['Observe'] : ['Observe', 'Create', 'Update', ...(disposable ? ['Delete'] : [])],
      providerConfigRef: { kind: 'ClusterProviderConfig', name: providerOf(kind) },
      ...(connectionSecret ? { writeConnectionSecretToRef: { name: connectionSecret } } : {}),
      ...(initProvider ? { initProvider } : {}),
      forProvider,
    },
  };
}

/** The id that a cloud gave to a resource, where the configuration knows it. */
export function idOf(platform: Platform, key: KindKey, name: string): string | undefined {
  return platform.existing.find((one) => one.kind === KINDS[key].kind && one.name === name)?.id;
}

/** Adds a managed resource to a chart. */
export function managed(scope: Chart, { platform }: Cluster, resource: Managed): void {
  const { annotations, ...manifest } = manifestOfManaged(platform, resource);
  customResource(scope, {
    ...manifest,
    namespace: NAMESPACES.infrastructure,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  });
}
