import { aResourceHasOneManager } from './a-resource-has-one-manager/rule.ts';
import { compositionsAreWired } from './compositions-are-wired/rule.ts';
import { databasesAdmitExactlyTheirCallers } from './databases-admit-exactly-their-callers/rule.ts';
import { emergencySettingsAreSetOnce } from './emergency-settings-are-set-once/rule.ts';
import { everyAlarmHasAReceiver } from './every-alarm-has-a-receiver/rule.ts';
import { existingResourcesAreRendered } from './existing-resources-are-rendered/rule.ts';
import { kindsAreServed } from './kinds-are-served/rule.ts';
import type { TreeRule } from './law.ts';
import { nothingIsPublic } from './nothing-is-public/rule.ts';
import { referencesResolve } from './references-resolve/rule.ts';
import { requiredParametersArePresent } from './required-parameters-are-present/rule.ts';
import { secretsComeFromTheCluster } from './secrets-come-from-the-cluster/rule.ts';
import { sizesAreStated } from './sizes-are-stated/rule.ts';
import { statefulResourcesAreKept } from './stateful-resources-are-kept/rule.ts';
import { storesAreEncrypted } from './stores-are-encrypted/rule.ts';
import { theWorldIsListed } from './the-world-is-listed/rule.ts';

/** Every law over the rendered tree, by code. */
export const TREE_LAWS: readonly TreeRule[] = [
  referencesResolve,
  requiredParametersArePresent,
  kindsAreServed,
  aResourceHasOneManager,
  statefulResourcesAreKept,
  theWorldIsListed,
  databasesAdmitExactlyTheirCallers,
  storesAreEncrypted,
  nothingIsPublic,
  everyAlarmHasAReceiver,
  sizesAreStated,
  emergencySettingsAreSetOnce,
  compositionsAreWired,
  secretsComeFromTheCluster,
  existingResourcesAreRendered,
];
