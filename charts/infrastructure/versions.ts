/**
 * Crossplane packages and their versions, the one place to upgrade. Read from their repositories, 2026-08; the
 * functions are the ones that the composition tests run.
 */
const CONTRIB = 'xpkg.crossplane.io/crossplane-contrib';

export const FAMILIES = {
  aws: { registry: CONTRIB, prefix: 'provider-aws', family: 'provider-family-aws', version: 'v2.6.0' },
  gcp: { registry: CONTRIB, prefix: 'provider-gcp', family: 'provider-family-gcp', version: 'v3.0.0' },
  cloudflare: {
    registry: 'xpkg.upbound.io/wildbitca',
    prefix: 'provider-cloudflare',
    family: 'provider-family-cloudflare',
    version: 'v0.2.14',
  },
} as const;

export const FUNCTIONS = {
  'function-patch-and-transform': `${CONTRIB}/function-patch-and-transform:v0.10.7`,
  'function-auto-ready': `${CONTRIB}/function-auto-ready:v0.7.0`,
} as const;
