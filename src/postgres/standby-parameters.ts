// Five parameters of which a replica must never have less than its primary: its recovery stops until it is restarted with
// more. So raising one begins with the replicas, and lowering one with the primary.

import { RefusedError } from '../model/errors.ts';

export const standbyParameters = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
] as const;

type StandbyParameter = (typeof standbyParameters)[number];
export type StandbyValues = Readonly<Record<StandbyParameter, number>>;

export interface StandbyNode {
  readonly name: string;
  /** What its server runs with; undefined when none runs. */
  readonly current: StandbyValues | undefined;
  /** The least that the WAL it has replayed lets it start with; for a replica that is down. */
  readonly floor?: StandbyValues | undefined;
  /** What it has after its next start, as far as that is known. */
  readonly wanted: Partial<StandbyValues>;
  /** Whether it is among those that are restarted. */
  readonly restarts: boolean;
}

/** The replicas to restart before the primary, and those after it: when they have replayed its start. */
export interface RestartOrder {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** In which order nodes restart. Throws RefusedError when a replica would be left with less than the primary has. */
export function restartOrder(primary: StandbyNode, replicas: readonly StandbyNode[]): RestartOrder {
  const judged = replicas.map((replica) => ({ replica, needs: needsOf(primary, replica) }));
  for (const { replica, needs } of judged) {
    const [before] = needs.filter(({ place }) => place === 'before');
    const [after] = needs.filter(({ place }) => place === 'after');
    if (before && after) throw mixed(primary, replica, [before.parameter, after.parameter]);
  }
  const restarting = judged.filter(({ replica }) => replica.restarts);
  const isLast = ({ needs }: (typeof judged)[number]): boolean =>
    needs.some(({ place }) => place === 'after');
  return {
    before: restarting.filter((one) => !isLast(one)).map(({ replica }) => replica.name),
    after: restarting.filter(isLast).map(({ replica }) => replica.name),
  };
}

interface Need {
  readonly parameter: StandbyParameter;
  readonly place: 'before' | 'after';
}

function needsOf(primary: StandbyNode, replica: StandbyNode): readonly Need[] {
  return standbyParameters.flatMap((parameter) => {
    const place = placeFor(primary, replica, parameter);
    return place ? [{ parameter, place }] : [];
  });
}

/** Where one parameter puts a replica; undefined when it does not matter. */
function placeFor(primary: StandbyNode, replica: StandbyNode, parameter: StandbyParameter) {
  const has = replica.current?.[parameter];
  const will = replica.restarts ? replica.wanted[parameter] : has;
  if (will === undefined) return undefined;
  // What the primary has had is in the WAL that the replica starts from.
  const before = (primary.current ?? primary.wanted)[parameter];
  const after = primary.restarts ? primary.wanted[parameter] : before;
  if (before === undefined || after === undefined) return undefined;

  if (primary.restarts && has !== undefined && has < after) {
    if (will < after) throw tooLow(primary, replica, parameter, after);
    return 'before';
  }
  if (!replica.restarts) return undefined;
  if (has === undefined) {
    const floor = Math.max(before, after, replica.floor?.[parameter] ?? 0);
    if (will < floor) throw wouldNotStart(replica, parameter, floor);
    return undefined;
  }
  if (will < before && will < after) throw tooLow(primary, replica, parameter, after);
  return will < before ? 'after' : undefined;
}

const wouldNotStart = (replica: StandbyNode, parameter: StandbyParameter, floor: number): RefusedError =>
  new RefusedError({
    what: `${replica.name} is down, and would not start with ${parameter} = ${replica.wanted[parameter]}`,
    why: `Its primary has or had ${floor}, and it has not replayed that this was lowered.`,
    next: [
      `start it with ${floor} until its primary has restarted with less: dbctl up`,
      `when it does not start then, see what wins over the settings on ${replica.name}: dbctl plan`,
      'nothing was changed',
    ],
  });

/** `limit`: what the primary has when the replica is left with less. */
function tooLow(
  primary: StandbyNode,
  replica: StandbyNode,
  parameter: StandbyParameter,
  limit: number,
): RefusedError {
  const less = replica.restarts ? replica.wanted[parameter] : replica.current?.[parameter];
  return new RefusedError({
    what: `${replica.name} would have ${parameter} = ${less}, and ${primary.name} ${limit}`,
    why: 'A replica with less than its primary stops replaying, so raised values begin at the replicas and lowered ones at the primary.',
    next: [
      wayOut(primary, replica, parameter),
      `when the file has that value already, see what wins over it on ${replica.name}: dbctl plan`,
      'nothing was changed',
    ],
  });
}

function wayOut(primary: StandbyNode, replica: StandbyNode, parameter: StandbyParameter): string {
  const wanted = replica.wanted[parameter];
  const isEnough = wanted !== undefined && wanted >= (primary.wanted[parameter] ?? Infinity);
  if (!replica.restarts && isEnough) {
    return `restart the replica first: dbctl restart ${replica.name}`;
  }
  if (!primary.restarts && isEnough) {
    return `restart the primary first: dbctl restart ${primary.name}`;
  }
  return `give both the same value: POSTGRES_CONF_${parameter} in .env.cluster`;
}

const mixed = (
  primary: StandbyNode,
  replica: StandbyNode,
  [raised, lowered]: readonly [StandbyParameter, StandbyParameter],
): RefusedError =>
  new RefusedError({
    what: `${raised} is raised and ${lowered} is lowered at once`,
    why: `For the first, ${replica.name} must restart before ${primary.name}; for the second, after it.`,
    next: [`change them one after the other: first only ${raised}`, 'nothing was changed'],
  });
