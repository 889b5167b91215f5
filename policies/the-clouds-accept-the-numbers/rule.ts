import type { Platform } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';

interface Bound {
  readonly path: string;
  readonly ok: boolean;
  readonly what: string;
  readonly hint: string;
}

export const theCloudsAcceptTheNumbers: Rule = {
  code: 'TD305',
  name: 'the-clouds-accept-the-numbers',
  severity: 'error',
  law: 'Every number is one that the API it is sent to accepts: a rejection at night is found by day.',
  check: (platform) =>
    [...link(platform), ...nodes(platform), ...databases(platform), ...monitor(platform)]
      .filter(({ ok }) => !ok)
      .map(({ path, what, hint }): Breach => ({ paths: [path], message: what, hint })),
};

/** Source: Compute Engine API, Router and Network. */
function link({ link: { keepalive, mtu } }: Platform): Bound[] {
  return [
    {
      path: 'link.keepalive',
      ok: Number.isInteger(keepalive) && keepalive >= 20 && keepalive <= 60,
      what: `a Cloud Router sends keepalives every 20 to 60 whole seconds, not every ${keepalive} s`,
      hint: 'Use 20s: a longer one finds a dead tunnel later.',
    },
    { path: 'link.mtu', ok: mtu >= 1300, what: `a network of Google has an MTU of at least 1300, not ${mtu}`, hint: 'Use 1400.' },
  ];
}

/** Source: GKE and EKS, node pools and node groups; GKE counts the least and the most in all zones together. */
function nodes({ aws, gcp }: Platform): Bound[] {
  const zones = gcp.kubernetes.zones.length;
  const awsZones = new Set(aws.network.subnets.filter((subnet) => subnet.role === 'private').map((subnet) => subnet.zone)).size;
  const bounds = (path: string, { min, max }: { min: number; max: number }, count: number): Bound[] => [
    { path: `${path}.max`, ok: min <= max, what: `at most ${max} nodes are fewer than at least ${min}`, hint: `Use ${min} or more.` },
    {
      path: `${path}.max`,
      ok: max >= count,
      what: `${max} nodes cannot stand in ${count} zones`,
      hint: `Use ${count} or more, or fewer zones.`,
    },
  ];
  return [
    ...bounds('aws.kubernetes.nodes', aws.kubernetes.nodes, awsZones),
    ...bounds('gcp.kubernetes.nodes', gcp.kubernetes.nodes, zones),
    {
      path: 'gcp.kubernetes.zones',
      ok: new Set(gcp.kubernetes.zones).size === zones,
      what: 'a zone stands in the list twice',
      hint: 'Name each zone once.',
    },
  ];
}

/** Source: RDS, backup and maintenance windows; Cloud SQL, backups. */
function databases({ aws, gcp }: Platform): Bound[] {
  const day = 86_400;
  return [
    {
      path: 'aws.database.maintenanceHour',
      ok: aws.database.maintenanceHour !== aws.database.backupHour,
      what: 'the maintenance window is the backup’s, which RDS refuses',
      hint: 'Use another hour.',
    },
    ...(['aws', 'gcp'] as const).map((cloud): Bound => {
      const { backupRetention } = { aws, gcp }[cloud].database;
      return {
        path: `${cloud}.database.backupRetention`,
        ok: backupRetention % day === 0 && backupRetention >= day,
        what: 'backups are kept for whole days',
        hint: 'Write it in days, for example 14d.',
      };
    }),
    {
      path: 'gcp.database.backupRetention',
      ok: gcp.database.backupRetention <= 365 * day,
      what: 'Cloud SQL keeps at most 365 backups, one a day',
      hint: 'Use at most 365d.',
    },
  ];
}

/** Source: Cloudflare API, load balancer monitors: seconds are whole, and a check ends before the next begins. */
function monitor({ traffic: { monitor: one } }: Platform): Bound[] {
  return [
    ...(['interval', 'timeout'] as const).map(
      (key): Bound => ({
        path: `traffic.monitor.${key}`,
        ok: Number.isInteger(one[key]) && one[key] >= 1,
        what: `Cloudflare counts whole seconds, not ${one[key]} s`,
        hint: 'Use whole seconds.',
      }),
    ),
    {
      path: 'traffic.monitor.timeout',
      ok: one.timeout * (one.retries + 1) <= one.interval,
      what: `${one.retries + 1} tries of ${one.timeout} s take longer than the ${one.interval} s to the next check`,
      hint: 'Lower timeout or retries, or raise interval.',
    },
  ];
}
