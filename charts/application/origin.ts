import type { Cluster } from '../cluster.ts';

/** The public name of this cloud's origin, which the Cloudflare pool points at. */
export function originName({ platform, cloud }: Cluster): string {
  return `origin-${cloud}-${platform.name}.${platform.traffic.zone}`;
}
