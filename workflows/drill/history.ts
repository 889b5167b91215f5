/** A transfer that a client tried, as it saw it. Times are milliseconds of one clock. */
export interface Attempt {
  readonly key: string;
  readonly client: string;
  readonly source: number;
  readonly target: number;
  readonly amount: number;
  readonly begun: number;
  readonly ended: number;
  /** `refused`: certainly not done. `unknown`: the answer to COMMIT was lost, so it may have been done. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  /** What the database said of itself within the transaction; null where it did not come that far. */
  readonly epoch: number | null;
  readonly id: string | null;
  readonly error: string | null;
}

/** All balances together, as one client read them at one moment. */
export interface Read {
  readonly sum: number;
  readonly at: number;
}

/** A transfer as a database, or the salvage file, holds it. */
export interface Committed {
  readonly key: string;
  readonly id: string;
  readonly source: number;
  readonly target: number;
  readonly amount: number;
  readonly epoch: number;
  /** When it was committed, microseconds, by the clock of the machine that all databases of a drill share; null where it is not known. */
  readonly at: number | null;
}

export interface History {
  readonly attempts: readonly Attempt[];
  readonly reads: readonly Read[];
  /** What is on the writer in the end. */
  readonly final: readonly Committed[];
  /** What was read back from databases that were cut off. */
  readonly salvaged: readonly Committed[];
  /** Commit times that were seen on the way, by key; a copy made anew loses them. */
  readonly times: ReadonlyMap<string, number>;
  /** Balances in the end, by account, and what each began with. */
  readonly balances: ReadonlyMap<number, number>;
  readonly accounts: number;
  readonly balance: number;
  /** Tables that differ between the two sides in the end; null where only one is left. */
  readonly different: readonly string[] | null;
}

export interface Violation {
  readonly rule: 'two-writers' | 'lost' | 'twice' | 'undone' | 'phantom' | 'collision' | 'sum' | 'diverged';
  readonly message: string;
}

/** Everything that may not have happened, whatever was killed, cut or stopped. */
export function check(history: History): readonly Violation[] {
  return [...twoWriters(history), ...fates(history), ...collisions(history), ...sums(history), ...divergence(history)];
}

/** Nothing is committed in an epoch once anything has been committed in a later one; nor begun once it was acknowledged. */
function twoWriters({ attempts, final, salvaged, times }: History): Violation[] {
  const found: Violation[] = [];
  const commits = [...final, ...salvaged].flatMap(({ key, epoch, at }) => {
    const time = times.get(key) ?? at;
    return time === null ? [] : [{ key, epoch, time }];
  });
  const firstOf = new Map<number, { key: string; time: number }>();
  for (const { key, epoch, time } of commits)
    if (time < (firstOf.get(epoch)?.time ?? Number.POSITIVE_INFINITY)) firstOf.set(epoch, { key, time });
  for (const { key, epoch, time } of commits)
    for (const [later, first] of firstOf)
      if (later > epoch && time > first.time)
        found.push({
          rule: 'two-writers',
          message: `${key} was committed in epoch ${epoch}, ${((time - first.time) / 1000).toFixed(1)} ms after ${first.key} was in epoch ${later}`,
        });
  const acknowledged = attempts.filter(({ outcome, epoch }) => outcome === 'acknowledged' && epoch !== null);
  const firstEnd = new Map<number, Attempt>();
  for (const one of acknowledged)
    if (one.ended < (firstEnd.get(one.epoch ?? 0)?.ended ?? Number.POSITIVE_INFINITY)) firstEnd.set(one.epoch ?? 0, one);
  for (const one of acknowledged)
    for (const [later, first] of firstEnd)
      if (later > (one.epoch ?? 0) && one.begun > first.ended)
        found.push({
          rule: 'two-writers',
          message: `${one.key} was begun in epoch ${one.epoch} after ${first.key} was acknowledged in epoch ${later}`,
        });
  return found.slice(0, 5);
}

/** Each attempt is where it must be: an acknowledged one in exactly one place, a refused one in none. */
function fates({ attempts, final, salvaged }: History): Violation[] {
  const found: Violation[] = [];
  const count = (rows: readonly Committed[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  };
  const [onPrimary, inSalvage] = [count(final), count(salvaged)];
  const tried = new Map(attempts.map((attempt) => [attempt.key, attempt]));
  for (const { key, outcome, epoch } of attempts) {
    const places = (onPrimary.get(key) ?? 0) + (inSalvage.get(key) ?? 0);
    if (outcome === 'acknowledged' && places === 0)
      found.push({ rule: 'lost', message: `${key}, acknowledged in epoch ${epoch}, is neither on the writer nor in the salvage file` });
    if (places > 1)
      found.push({ rule: 'twice', message: `${key} is there ${places} times, ${inSalvage.get(key) ?? 0} of them in the salvage file` });
    if (outcome === 'refused' && places > 0) found.push({ rule: 'undone', message: `${key} was refused, and is there all the same` });
  }
  for (const { key } of [...final, ...salvaged])
    if (!tried.has(key)) found.push({ rule: 'phantom', message: `${key} is there, and nobody wrote it` });
  return found.slice(0, 5);
}

/** A number of a sequence is given out once, whichever side gives it out. */
function collisions({ attempts, final, salvaged }: History): Violation[] {
  const owners = new Map<string, string>();
  const found: Violation[] = [];
  const acknowledged = attempts.flatMap(({ outcome, id, key }) => (outcome === 'acknowledged' && id !== null ? [{ id, key }] : []));
  for (const { id, key } of [...final, ...salvaged, ...acknowledged]) {
    const owner = owners.get(id);
    if (owner !== undefined && owner !== key)
      found.push({ rule: 'collision', message: `number ${id} was given to ${owner} and to ${key}` });
    owners.set(id, key);
  }
  for (const { error, key } of attempts)
    if (error?.includes('duplicate key') && error.includes('transfer_pkey'))
      found.push({ rule: 'collision', message: `${key} was given a number that was taken` });
  return found.slice(0, 5);
}

/** Money is neither made nor lost: every balance is what the transfers that are there make of it, and every read saw the same sum. */
function sums({ reads, final, balances, accounts, balance }: History): Violation[] {
  const expected = new Map<number, number>(Array.from({ length: accounts }, (_, n) => [n + 1, balance]));
  for (const { source, target, amount } of final) {
    expected.set(source, (expected.get(source) ?? 0) - amount);
    expected.set(target, (expected.get(target) ?? 0) + amount);
  }
  const found: Violation[] = [];
  for (const [account, wanted] of expected)
    if (balances.get(account) !== wanted)
      found.push({ rule: 'sum', message: `account ${account} holds ${balances.get(account)}, but its transfers make ${wanted}` });
  for (const { sum } of reads)
    if (sum !== accounts * balance) found.push({ rule: 'sum', message: `a client read ${sum} in all accounts, not ${accounts * balance}` });
  return found.slice(0, 5);
}

function divergence({ different }: History): Violation[] {
  return (different ?? []).map((table) => ({ rule: 'diverged', message: `${table} is not the same on both sides` }));
}
