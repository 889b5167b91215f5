import type { Cloud } from '../../environments/platform.ts';
import type { Breach, Rule } from '../rule.ts';
import { SUPPORT, type Support } from './support.ts';

/** A version that leaves support sooner than this many days from the date is worth a warning. */
const NOTICE_DAYS = 60;

export const kubernetesVersionsAreSupported: Rule = {
  code: 'TD401',
  name: 'kubernetes-versions-are-supported',
  severity: 'error',
  law: 'Both clusters run a Kubernetes version that their cloud supports on the date, and at most one minor version apart.',
  check({ aws, gcp }, { asOf }) {
    const minor = (version: string): number => Number(version.split('.')[1]);
    const apart = Math.abs(minor(aws.kubernetes.version) - minor(gcp.kubernetes.version));
    const skew: Breach[] =
      apart <= 1
        ? []
        : [
            {
              paths: ['gcp.kubernetes.version', 'aws.kubernetes.version'],
              message: `EKS ${aws.kubernetes.version} and GKE ${gcp.kubernetes.version} are ${apart} minor versions apart`,
              hint: 'Upgrade the older one: what was tested on one side must run on the other.',
              severity: 'warning',
            },
          ];
    return [...judge('aws', aws.kubernetes.version, asOf), ...judge('gcp', gcp.kubernetes.version, asOf), ...skew];
  },
};

function judge(cloud: Cloud, version: string, asOf: string): Breach[] {
  const path = `${cloud}.kubernetes.version`;
  const product = cloud === 'aws' ? 'EKS' : 'GKE';
  const known = Object.keys(SUPPORT[cloud]);
  const support: Support | undefined = SUPPORT[cloud][version];
  if (!support)
    return [
      {
        paths: [path],
        message: `${product} ${version} is not in the support table (${known.join(', ')})`,
        hint: 'Use a version of the table, or add its dates to policies/kubernetes-versions-are-supported/support.ts.',
      },
    ];
  if (asOf > support.extendedUntil)
    return [
      {
        paths: [path],
        message: `${product} ${version} left support on ${support.extendedUntil} (judged on ${asOf})`,
        hint: `Use one of ${supportedOn(cloud, asOf).join(', ') || 'the newer versions'}.`,
      },
    ];
  if (asOf > support.standardUntil)
    return [
      {
        paths: [path],
        message: `${product} ${version} is in paid extended support since ${support.standardUntil}, until ${support.extendedUntil} (judged on ${asOf})`,
        hint: `Upgrade to one of ${supportedOn(cloud, asOf).join(', ') || 'the newer versions'}.`,
        severity: 'warning',
      },
    ];
  const left = Math.round((Date.parse(support.standardUntil) - Date.parse(asOf)) / 86_400_000);
  if (left >= NOTICE_DAYS) return [];
  return [
    {
      paths: [path],
      message: `standard support of ${product} ${version} ends on ${support.standardUntil}, in ${left} days`,
      hint: 'Plan the upgrade.',
      severity: 'info',
    },
  ];
}

function supportedOn(cloud: Cloud, asOf: string): string[] {
  return Object.entries(SUPPORT[cloud])
    .filter(([, support]) => asOf <= support.standardUntil)
    .map(([version]) => version);
}
