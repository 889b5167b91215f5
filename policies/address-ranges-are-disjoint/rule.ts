import { type Cidr, overlaps } from '../../environments/cidr.ts';
import type { Platform } from '../../environments/platform.ts';
import type { Rule } from '../rule.ts';

export const addressRangesAreDisjoint: Rule = {
  code: 'TD101',
  name: 'address-ranges-are-disjoint',
  severity: 'error',
  law: 'No two address ranges of an environment overlap: routes across the VPN would be ambiguous, and AWS and GCP refuse some of them.',
  check(platform) {
    const ranges = rangesOf(platform);
    return ranges.flatMap((a, index) =>
      ranges
        .slice(index + 1)
        .filter((b) => overlaps(a.range, b.range))
        .map((b) => ({
          paths: [b.path, a.path] as const,
          message: `${b.what} ${b.range.text} overlaps ${a.what} ${a.range.text}`,
          hint: `Give ${b.path} or ${a.path} a range that the other does not touch.`,
        })),
    );
  },
};

interface Named {
  readonly path: string;
  readonly what: string;
  readonly range: Cidr;
}

/** Top-level ranges; the subnets of a VPC lie inside it and are compared with each other by their own law. */
function rangesOf({ aws, gcp, link }: Platform): Named[] {
  return [
    { path: 'aws.network.vpc', what: 'AWS VPC', range: aws.network.vpc },
    { path: 'aws.kubernetes.services', what: 'EKS services', range: aws.kubernetes.services },
    { path: 'gcp.network.nodes', what: 'GCP nodes', range: gcp.network.nodes },
    { path: 'gcp.network.pods', what: 'GCP pods', range: gcp.network.pods },
    { path: 'gcp.network.services', what: 'GKE services', range: gcp.network.services },
    { path: 'gcp.network.privateServices', what: 'GCP private services', range: gcp.network.privateServices },
    { path: 'gcp.network.controlPlane', what: 'GKE control plane', range: gcp.network.controlPlane },
    ...link.tunnels.map((range, index) => ({ path: `link.tunnels[${index}]`, what: `tunnel ${index}`, range })),
  ];
}
