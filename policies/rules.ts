import { addressRangesAreDisjoint } from './address-ranges-are-disjoint/rule.ts';
import { addressesSuffice } from './addresses-suffice/rule.ts';
import { anAbsentSubscriberFillsNoDisk } from './an-absent-subscriber-fills-no-disk/rule.ts';
import { autonomousSystemsArePrivateAndDistinct } from './autonomous-systems-are-private-and-distinct/rule.ts';
import { cachesTakeTheirParameters } from './caches-take-their-parameters/rule.ts';
import { checkIntervalIsOfferedByThePlan } from './check-interval-is-offered-by-the-plan/rule.ts';
import { databaseSizesExist } from './database-sizes-exist/rule.ts';
import { detectionFitsItsBudget } from './detection-fits-its-budget/rule.ts';
import { eitherCloudCarriesThePeak } from './either-cloud-carries-the-peak/rule.ts';
import { eitherDatabaseCanPublish } from './either-database-can-publish/rule.ts';
import { encryptionIsOn } from './encryption-is-on/rule.ts';
import { fixedAddressesAreFree } from './fixed-addresses-are-free/rule.ts';
import { imagesArePinned } from './images-are-pinned/rule.ts';
import { kubernetesVersionsAreSupported } from './kubernetes-versions-are-supported/rule.ts';
import { lagAlarmsAreWithinTheRpo } from './lag-alarms-are-within-the-rpo/rule.ts';
import { namesFitWhatTheyName } from './names-fit-what-they-name/rule.ts';
import { poolsFitTheWriter } from './pools-fit-the-writer/rule.ts';
import { preparedStatementsWork } from './prepared-statements-work/rule.ts';
import { recoveryTimeAddsUp } from './recovery-time-adds-up/rule.ts';
import type { Rule } from './rule.ts';
import { steeringIsConsistent } from './steering-is-consistent/rule.ts';
import { storesSurviveAZone } from './stores-survive-a-zone/rule.ts';
import { subnetsLieInTheirNetwork } from './subnets-lie-in-their-network/rule.ts';
import { theCloudsAcceptTheNumbers } from './the-clouds-accept-the-numbers/rule.ts';
import { tunnelRangesAreNotReserved } from './tunnel-ranges-are-not-reserved/rule.ts';

/** Every law over the platform, by code. */
export const RULES: readonly Rule[] = [
  addressRangesAreDisjoint,
  subnetsLieInTheirNetwork,
  tunnelRangesAreNotReserved,
  autonomousSystemsArePrivateAndDistinct,
  detectionFitsItsBudget,
  steeringIsConsistent,
  recoveryTimeAddsUp,
  checkIntervalIsOfferedByThePlan,
  encryptionIsOn,
  imagesArePinned,
  namesFitWhatTheyName,
  storesSurviveAZone,
  theCloudsAcceptTheNumbers,
  kubernetesVersionsAreSupported,
  eitherCloudCarriesThePeak,
  addressesSuffice,
  fixedAddressesAreFree,
  poolsFitTheWriter,
  lagAlarmsAreWithinTheRpo,
  preparedStatementsWork,
  anAbsentSubscriberFillsNoDisk,
  eitherDatabaseCanPublish,
  databaseSizesExist,
  cachesTakeTheirParameters,
];
