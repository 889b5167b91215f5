import type { Breach, Rule } from '../rule.ts';
import { ELASTICACHE_PARAMETERS, MEMORYSTORE_PARAMETERS } from '../stores.ts';

/** Parameters that have a key of their own, and where. */
const OWN_KEY: Readonly<Record<string, string>> = {
  'maxmemory-policy': 'maxmemoryPolicy',
  timeout: 'clientTimeout',
  'tcp-keepalive': 'tcpKeepalive',
};

export const cachesTakeTheirParameters: Rule = {
  code: 'TD507',
  name: 'caches-take-their-parameters',
  severity: 'error',
  law: 'Each cache is given parameters that its cloud lets one set, each in one place.',
  check({ aws, gcp }) {
    return [
      ...unknown('aws.cache', aws.cache.parameters, ELASTICACHE_PARAMETERS, 'ElastiCache', OWN_KEY),
      ...unknown('gcp.cache', gcp.cache.parameters, MEMORYSTORE_PARAMETERS, 'Memorystore', { 'maxmemory-policy': 'maxmemoryPolicy' }),
    ];
  },
};

function unknown(
  cache: string,
  parameters: readonly { readonly name: string }[],
  known: readonly string[],
  service: string,
  own: Readonly<Record<string, string>>,
): Breach[] {
  return parameters.flatMap(({ name }, index): Breach[] => {
    const paths = [`${cache}.parameters[${index}]`] as const;
    const key = own[name];
    if (key) return [{ paths, message: `${name} has a key of its own`, hint: `Set ${cache}.${key}.` }];
    if (parameters.findIndex((other) => other.name === name) < index)
      return [{ paths, message: `${name} stands here twice`, hint: 'Keep one.' }];
    if (known.includes(name)) return [];
    return [
      { paths, message: `${service} has no parameter ${name} that one may set`, hint: `Remove it, or use one of ${known.join(', ')}.` },
    ];
  });
}
