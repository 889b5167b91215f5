import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Cidr } from '../environments/cidr.ts';
import { KUBE_SYSTEM } from './names.ts';

type Peer = k8s.NetworkPolicyPeer;

/** Pods of a namespace, or only those with the labels. */
export function podsIn(namespace: string, labels?: Record<string, string>): Peer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(labels ? { podSelector: { matchLabels: labels } } : {}),
  };
}

export function ranges(cidrs: readonly Cidr[]): Peer[] {
  return cidrs.map((cidr) => ({ ipBlock: { cidr: cidr.text } }));
}

export function tcp(...ports: number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: 'TCP', port: k8s.IntOrString.fromNumber(port) }));
}

/** Addresses outside the private ranges: the public Internet, and neither instance metadata nor the other cloud. */
export const INTERNET: Peer = {
  ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'] },
};

/** Name resolution: the cluster's DNS, and the node-local cache that GKE runs on a link-local address. */
export const DNS: k8s.NetworkPolicyEgressRule = {
  to: [podsIn(KUBE_SYSTEM), { ipBlock: { cidr: '169.254.20.10/32' } }],
  ports: [
    { protocol: 'UDP', port: k8s.IntOrString.fromNumber(53) },
    { protocol: 'TCP', port: k8s.IntOrString.fromNumber(53) },
  ],
};

interface Flows {
  readonly name: string;
  readonly namespace: string;
  /** Pods the flows belong to. */
  readonly pods: Record<string, string>;
  readonly ingress: readonly { readonly from: readonly Peer[]; readonly ports: k8s.NetworkPolicyPort[] }[];
  /** Flows out beside DNS. */
  readonly egress: readonly { readonly to: readonly Peer[]; readonly ports: k8s.NetworkPolicyPort[] }[];
}

/** Allows the listed flows of some pods; the namespace's default policy denies the rest. */
export function allow(scope: Chart, { name, namespace, pods, ingress, egress }: Flows): void {
  new k8s.KubeNetworkPolicy(scope, `allow-${namespace}-${name}`, {
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: pods },
      policyTypes: ['Ingress', 'Egress'],
      ingress: ingress.map(({ from, ports }) => ({ from: [...from], ports })),
      egress: [DNS, ...egress.map(({ to, ports }) => ({ to: [...to], ports }))],
    },
  });
}
