import type { Resource } from './api-server.ts';

export type Pod = Resource & { spec: { hostNetwork?: boolean; containers: { image: string }[]; volumes?: object[] } };

/** The pod that a controller would create; of claims it makes volumes. */
export function podOf({ metadata, spec }: Resource & { spec?: unknown }): Pod {
  const { template, volumeClaimTemplates = [] } = spec as {
    template: { metadata: object; spec: Pod['spec'] };
    volumeClaimTemplates?: Resource[];
  };
  const claims = volumeClaimTemplates.map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: claim.metadata.name },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '', ...template.metadata },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
}
