// Runs one step in a process of its own, so that a test can kill it anywhere. What it is given comes as JSON on the command line.
import { CLOUDS, type Cloud, type Platform } from '../../environments/platform.ts';
import { authorityAt } from '../../workflows/authority/client.ts';
import { failoverIn, type Reach, reseedIn, resyncIn, salvageIn, switchoverIn } from '../../workflows/drill/operations.ts';
import { failover } from '../../workflows/failover/failover.ts';
import { guardAt } from '../../workflows/guard/client.ts';
import type { Access } from '../../workflows/postgres/session.ts';
import type { Endpoint } from '../../workflows/replication/ensure.ts';
import { reseed } from '../../workflows/resync/reseed.ts';
import { hasBegun, resync } from '../../workflows/resync/resync.ts';
import { salvage } from '../../workflows/salvage/salvage.ts';
import { StepError } from '../../workflows/step-error.ts';
import { switchover } from '../../workflows/switchover/switchover.ts';

export interface StepRequest {
  readonly kind: 'failover' | 'switchover' | 'bring-back' | 'reseed';
  /** The cloud that takes over; for `bring-back` the one that returns; for `reseed` the writer. */
  readonly cloud: Cloud;
  readonly epoch: number;
  readonly folder: string;
  readonly reach: Description;
}

/** A world in words. */
export interface Description {
  readonly platform: Platform;
  readonly secrets: Reach['secrets'];
  readonly admins: Readonly<Record<Cloud, Readonly<Record<Cloud, Access>>>>;
  readonly endpoints: Readonly<Record<Cloud, Endpoint>>;
  readonly authorityPort: number;
  readonly claimToken: string;
  readonly guardToken: string;
  readonly guards: Readonly<Record<Cloud, Readonly<Record<Cloud, string>>>>;
}

function reachOf(description: Description): Reach {
  const { platform, secrets, admins, endpoints, authorityPort, claimToken, guardToken, guards } = description;
  return {
    platform,
    secrets,
    admin: (cloud, from) => admins[cloud][from],
    endpoint: (cloud) => endpoints[cloud],
    authority: authorityAt(`http://127.0.0.1:${authorityPort}`, claimToken, 2),
    guards: (from) => CLOUDS.map((cloud) => guardAt(cloud, guards[cloud][from], guardToken, 2)),
  };
}

async function run({ kind, cloud, epoch, folder, reach: description }: StepRequest): Promise<object> {
  const reach = reachOf(description);
  switch (kind) {
    case 'failover':
      return await failover(failoverIn(reach, cloud, epoch));
    case 'switchover':
      return await switchover(switchoverIn(reach, cloud, epoch, 8));
    case 'reseed':
      return { checksums: await reseed(reseedIn(reach, cloud)) };
    case 'bring-back': {
      const input = resyncIn(reach, cloud, epoch);
      const salvaged = (await hasBegun(input.returning, epoch)) ? null : await salvage(salvageIn(reach, cloud, epoch, folder));
      // What was read back is told before anything is overwritten.
      process.stdout.write(`${JSON.stringify({ salvaged })}\n`);
      return await resync({ ...input, salvaged: salvaged ?? { transactions: 0 } });
    }
  }
}

if (process.argv[2]?.startsWith('{')) {
  run(JSON.parse(process.argv[2]) as StepRequest).then(
    (outputs) => {
      process.stdout.write(`${JSON.stringify({ outputs })}\n`);
      process.exit(0);
    },
    (error: Error) => {
      process.stdout.write(`${JSON.stringify({ error: error.message, code: error instanceof StepError ? error.code : error.name })}\n`);
      process.exit(1);
    },
  );
}
