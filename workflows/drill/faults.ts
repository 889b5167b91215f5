import { type Cloud, otherCloud } from '../../environments/platform.ts';
import type { World } from './world.ts';

/** What can happen to a cloud, and how it ends. */
export type Fault = 'lost' | 'hung' | 'partitioned';

/** Lets it happen. */
export async function strike(world: World, cloud: Cloud, fault: Fault): Promise<void> {
  const { database, pooler, guard } = world.sides[cloud];
  switch (fault) {
    case 'lost':
      cutOff(world, cloud);
      await Promise.all([database.program.kill(), pooler.lose(), guard.kill()]);
      return;
    case 'hung':
      for (const program of [guard, pooler.program, database.program]) program.hang();
      return;
    case 'partitioned':
      return cutOff(world, cloud);
  }
}

/** Everything is there again: machines start, paths heal, and nobody has told anybody what happened meanwhile. */
export async function recover(world: World, cloud: Cloud, fault: Fault): Promise<void> {
  const side = world.sides[cloud];
  switch (fault) {
    case 'lost':
      await Promise.all([side.database.restart(), side.pooler.restart()]);
      await side.startGuard();
      return mend(world, cloud);
    case 'hung':
      for (const program of [side.database.program, side.pooler.program, side.guard]) program.thaw();
      return;
    case 'partitioned':
      return mend(world, cloud);
  }
}

function pathsOf({ paths }: World, cloud: Cloud) {
  const other = otherCloud(cloud);
  return [
    paths.edge[cloud],
    paths.guard[cloud],
    paths.guard[other],
    paths.authority[cloud],
    ...[paths.database, paths.replication].flatMap(({ aws, gcp }) => [aws, gcp]),
  ];
}

function cutOff(world: World, cloud: Cloud): void {
  for (const path of pathsOf(world, cloud)) path.cut();
}

function mend(world: World, cloud: Cloud): void {
  for (const path of pathsOf(world, cloud)) path.heal();
}
