import type { Cidr } from '../environments/cidr.ts';
import { byCloud, type Cluster } from './cluster.ts';

/** Where the database and cache of each cloud live. */
export function storeRanges({ platform: { aws, gcp } }: Cluster): Record<'aws' | 'gcp', readonly Cidr[]> {
  const inRole = (role: string): Cidr[] => aws.network.subnets.filter((subnet) => subnet.role === role).map((subnet) => subnet.cidr);
  return { aws: inRole('private'), gcp: [gcp.network.privateServices] };
}

/** Where the other cloud's pods and nodes call from. */
export function otherCloudRanges({ platform: { aws, gcp }, cloud }: Cluster): readonly Cidr[] {
  return cloud === 'aws' ? [gcp.network.nodes, gcp.network.pods] : [aws.network.vpc];
}

/** Google's front ends and health checks. Source: Google Cloud load balancing, firewall rules. */
export const GOOGLE_FRONT_ENDS = ['130.211.0.0/22', '35.191.0.0/16'];

/** Where this cloud's load balancer calls the application from, as CIDR texts. */
export function loadBalancerRanges(cluster: Cluster): readonly string[] {
  return byCloud(cluster, {
    aws: () => cluster.platform.aws.network.subnets.filter((subnet) => subnet.role === 'public').map((subnet) => subnet.cidr.text),
    gcp: () => GOOGLE_FRONT_ENDS,
  });
}

/** Where the control plane calls webhooks from, as CIDR texts; GKE also tunnels through kube-system. */
export function controlPlaneRanges({ platform: { aws, gcp }, cloud }: Cluster): readonly string[] {
  return cloud === 'aws'
    ? aws.network.subnets.filter((subnet) => subnet.role === 'private').map((subnet) => subnet.cidr.text)
    : [gcp.network.controlPlane.text, gcp.network.nodes.text];
}

/** Cloudflare's IPv4 ranges, which alone may call the origins. Source: Cloudflare IP ranges, read 2026-06. */
export const CLOUDFLARE_RANGES: readonly string[] = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
];
