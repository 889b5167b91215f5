import type { Break } from '../law.ts';

export const breaks: readonly Break[] = [
  { what: 'nobody makes the address known', spoil: (tree) => tree.remove('aws', 'compute/HaVPNGateway', 'crm-production-link') },
  {
    what: 'the definition drops a field',
    spoil: (tree) => {
      delete tree.object('aws', 'apiextensions.crossplane.io/CompositeResourceDefinition', 'crosscloudlinks.infrastructure.tandem.internal')
        .spec.versions[0].schema.openAPIV3Schema.properties.status.properties.gcpGateway;
    },
  },
  { what: 'a function that is not installed', spoil: (tree) => tree.remove('gcp', 'pkg.crossplane.io/Function', 'function-auto-ready') },
  {
    what: 'a composite that nobody asks for',
    spoil: (tree) => tree.remove('aws', 'infrastructure.tandem.internal/GlobalTraffic', 'crm-production-edge'),
  },
];
