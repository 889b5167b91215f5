import type { TreeRule } from '../law.ts';
import { at, isManaged, kindOf, managementPolicies, observes, parameter, say, type TreeObject } from '../object.ts';
import { STATEFUL } from '../stateful.ts';

/** Parameters that refuse or soften a deletion, and what they must be. */
const PROTECTION: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'rds/Instance': { deletionProtection: true, skipFinalSnapshot: false, deleteAutomatedBackups: false, copyTagsToSnapshot: true },
  'sql/DatabaseInstance': { deletionProtection: true, 'settings.deletionProtectionEnabled': true, 'settings.retainBackupsOnDelete': true },
  'redis/Instance': { deletionProtection: true },
  'eks/Cluster': { deletionProtection: true },
  'container/Cluster': { deletionProtection: true },
  'kms/Key': { deletionWindowInDays: 30, enableKeyRotation: true },
  'secretsmanager/Secret': { recoveryWindowInDays: 30 },
  'secretmanager/Secret': { deletionProtection: true },
};

/** What must be named, so that a deletion leaves a copy. */
const FINAL: Readonly<Record<string, string>> = {
  'rds/Instance': 'finalSnapshotIdentifier',
  'elasticache/ReplicationGroup': 'finalSnapshotIdentifier',
};

export const statefulResourcesAreKept: TreeRule = {
  code: 'TD605',
  name: 'stateful-resources-are-kept',
  law: 'What holds data is never deleted nor pruned, refuses deletion itself, and leaves a last copy.',
  check: ({ objects }) =>
    objects
      .filter((object) => isManaged(object) && !observes(object) && STATEFUL[kindOf(object)] !== undefined)
      .flatMap((object) => problems(object).map(([problem, hint]) => ({ object, message: `${say(object)}: ${problem}`, hint }))),
};

function problems(object: TreeObject): [problem: string, hint: string][] {
  const kind = kindOf(object);
  const policies = managementPolicies(object);
  const options = String(at(object, 'metadata.annotations')?.['argocd.argoproj.io/sync-options' as never] ?? '');
  const final = FINAL[kind];
  return [
    ...(policies.includes('Delete') || policies.includes('*')
      ? [['Crossplane may delete it', 'Take Delete out of spec.managementPolicies.'] as [string, string]]
      : []),
    ...(options.includes('Prune=false') && options.includes('Delete=false')
      ? []
      : [['Argo CD may prune it', 'Annotate it with argocd.argoproj.io/sync-options: Prune=false,Delete=false.'] as [string, string]]),
    ...Object.entries(PROTECTION[kind] ?? {}).flatMap(([path, wanted]): [string, string][] =>
      parameter(object, path) === wanted ? [] : [[`${path} is ${String(parameter(object, path))}`, `Set it to ${String(wanted)}.`]],
    ),
    ...(final !== undefined && !parameter(object, final) ? [[`${final} is missing`, 'Name the last snapshot.'] as [string, string]] : []),
  ];
}
