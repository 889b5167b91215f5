import type { TreeRule } from '../law.ts';
import { at, groupOf, kindOf, say, type TreeObject, textsIn } from '../object.ts';

/** Where everybody may be named, and why. */
const LISTED: readonly { kind: string; name: RegExp; field: RegExp; reason: string }[] = [
  {
    kind: 'ec2/Route',
    name: /-(public|private-[a-z])-default$/,
    field: /destinationCidrBlock$/,
    reason: 'the way out: a route admits nobody',
  },
  {
    kind: 'networking.k8s.io/NetworkPolicy',
    name: /.*/,
    field: /^spec\.egress\[\d+\]\.to\[\d+\]\.ipBlock\.cidr$/,
    reason: 'out of the cluster: to public addresses, and to the API server, whose address differs by cluster',
  },
  {
    kind: 'compute/SecurityPolicy',
    name: /-cloudflare$/,
    field: /^spec\.forProvider\.rule\[\d+\]\.match\.config\.srcIpRanges\[0\]$/,
    reason: 'the last rule, which denies',
  },
];

const EVERYBODY = ['0.0.0.0/0', '::/0', '0.0.0.0', '*'];

export const theWorldIsListed: TreeRule = {
  code: 'TD606',
  name: 'the-world-is-listed',
  law: 'No rule, route or range names everybody, except where the list says why.',
  check: ({ objects }) =>
    objects.flatMap((object) =>
      textsIn(object.manifest)
        .filter(([path, text]) => names(object, path, text) && !listed(object, path))
        .map(([path]) => ({
          object,
          message: `${say(object)}: ${path} is everybody`,
          hint: 'Name the ranges that need it, or add a line with the reason to the list of this law.',
        })),
    ),
};

/** A star is everybody only where ranges stand. */
function names(object: TreeObject, path: string, text: string): boolean {
  return EVERYBODY.includes(text) && (text !== '*' || /[Rr]anges?\[\d+\]$/.test(path)) && !groupOf(object).endsWith('crossplane.io');
}

function listed(object: TreeObject, path: string): boolean {
  const denies =
    kindOf(object) !== 'compute/SecurityPolicy' || String(at(object, `${path.replace(/\.match\..*/, '')}.action`)).startsWith('deny');
  return (
    denies && LISTED.some((one) => one.kind === kindOf(object) && one.name.test(object.manifest.metadata.name) && one.field.test(path))
  );
}
