import type { Cloud } from '../../environments/platform.ts';
import type { Seconds } from '../../environments/units.ts';
import { StepError } from '../step-error.ts';
import type { Pools } from '../switchover/switchover.ts';
import { type RemoteGuard, tellAll } from './client.ts';

/**
 * The pools of all guards, for a planned move of the writer. A hold ends by itself after `hold`, should the runbook be
 * gone by then; transactions that are open have `patience`.
 */
export function poolsOf(guards: readonly RemoteGuard[], hold: Seconds, patience: Seconds): Pools {
  return {
    pause: async () => {
      const { silent } = await tellAll(guards, (guard) => guard.pause(hold, patience));
      if (silent.length > 0)
        throw new StepError(
          'unguarded',
          `${silent.join('; ')}: its clients would see errors instead of a pause`,
          'Mend it first, or fail over instead, which waits for nobody.',
        );
    },
    resume: (writer) => resumeAll(guards, writer),
  };
}

/** The new writer's guards first: they open its database, and the others look whether it is open. */
export async function resumeAll(guards: readonly RemoteGuard[], writer: Cloud): Promise<void> {
  const near = guards.filter(({ cloud }) => cloud === writer);
  await tellAll(near, (guard) => guard.resume());
  await tellAll(
    guards.filter(({ cloud }) => cloud !== writer),
    (guard) => guard.resume(),
  );
}
