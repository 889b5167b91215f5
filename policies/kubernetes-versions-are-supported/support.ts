import type { Cloud } from '../../environments/platform.ts';

export interface Support {
  /** Last day of standard support, `YYYY-MM-DD`. */
  readonly standardUntil: string;
  /** Last day of paid extended support; afterwards the cloud upgrades by itself. */
  readonly extendedUntil: string;
}

/**
 * Support periods. EKS: "Kubernetes versions" calendar of the EKS User Guide, 14 months standard and 12 extended.
 * GKE: release schedule, 14 months from the Regular release and 24 in the Extended channel. Read 2026-08;
 * dates of GKE 1.35 and 1.36 follow from those periods and the Regular releases of 2026-02 and 2026-06.
 */
export const SUPPORT: Record<Cloud, Record<string, Support>> = {
  aws: {
    '1.29': { standardUntil: '2025-03-23', extendedUntil: '2026-03-23' },
    '1.30': { standardUntil: '2025-07-23', extendedUntil: '2026-07-23' },
    '1.31': { standardUntil: '2025-11-26', extendedUntil: '2026-11-26' },
    '1.32': { standardUntil: '2026-03-23', extendedUntil: '2027-03-23' },
    '1.33': { standardUntil: '2026-07-29', extendedUntil: '2027-07-29' },
    '1.34': { standardUntil: '2026-12-02', extendedUntil: '2027-12-02' },
    '1.35': { standardUntil: '2027-03-27', extendedUntil: '2028-03-27' },
  },
  gcp: {
    '1.31': { standardUntil: '2025-12-22', extendedUntil: '2026-10-22' },
    '1.32': { standardUntil: '2026-04-11', extendedUntil: '2027-02-11' },
    '1.33': { standardUntil: '2026-08-03', extendedUntil: '2027-06-03' },
    '1.34': { standardUntil: '2026-12-01', extendedUntil: '2027-10-01' },
    '1.35': { standardUntil: '2027-04-15', extendedUntil: '2028-02-15' },
    '1.36': { standardUntil: '2027-08-15', extendedUntil: '2028-06-15' },
  },
};
