import type { Cloud, Platform } from '../../environments/platform.ts';
import { formatBytes, formatDuration } from '../../environments/units.ts';
import type { Breach, Rule } from '../rule.ts';

export const anAbsentSubscriberFillsNoDisk: Rule = {
  code: 'TD504',
  name: 'an-absent-subscriber-fills-no-disk',
  severity: 'error',
  law: 'The write-ahead log kept for an absent subscriber covers the tolerated outage and leaves half of the disk: losing one cloud must not fill the other’s disk.',
  check(platform) {
    return (['aws', 'gcp'] as const).flatMap((cloud) => judge(platform, cloud));
  },
};

function judge({ database, aws, gcp }: Platform, cloud: Cloud): Breach[] {
  const { slotWalLimit, storage } = cloud === 'aws' ? aws.database : gcp.database;
  const { walPerHour, toleratedOutage } = database.replication;
  const needed = (walPerHour * toleratedOutage) / 3600;
  const path = `${cloud}.database.slotWalLimit`;
  const breaches: Breach[] = [];
  if (slotWalLimit < needed)
    breaches.push({
      paths: [path, 'database.replication.toleratedOutage'],
      message: `${formatBytes(walPerHour)} an hour x ${formatDuration(toleratedOutage)} = ${formatBytes(Math.ceil(needed))}, above the limit of ${formatBytes(slotWalLimit)}: the slot would be lost and every table copied again`,
      hint: `Raise ${path}, or lower database.replication.toleratedOutage.`,
    });
  if (slotWalLimit * 2 > storage)
    breaches.push({
      paths: [path, `${cloud}.database.storage`],
      message: `${formatBytes(slotWalLimit)} of kept log is more than half of the ${formatBytes(storage)} disk`,
      hint: `Lower ${path}, or raise ${cloud}.database.storage.`,
    });
  return breaches;
}
