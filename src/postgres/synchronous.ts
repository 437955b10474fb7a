// Do commits wait for replicas that are not there?

import type { Cluster, Synchronous } from '../model/cluster.ts';

/** What a primary says about whom its commits wait for. */
export interface SynchronousView {
  /** synchronous_standby_names */
  readonly names: string;
  /** synchronous_commit, as sessions have it that set nothing. */
  readonly commit: string;
  /** Replicas that confirm commits now, by name. */
  readonly confirming: readonly string[];
}

/** What the node that leads says, and CLUSTER_SYNCHRONOUS where it is not off. */
export interface SynchronousSeen extends SynchronousView {
  readonly wanted: Synchronous | undefined;
}

/** Where a node was looked at. */
interface Looked {
  readonly status: {
    readonly server?: { readonly synchronous?: SynchronousView | null | undefined } | undefined;
  };
}

/** For whom commits wait, and what the file says of it; nothing where they wait for nobody and are not meant to. */
export function synchronousSeen(
  { synchronous: wanted }: Pick<Cluster, 'synchronous'>,
  looks: readonly Looked[],
): { readonly synchronous?: SynchronousSeen } {
  const [view] = looks.flatMap(({ status }) => status.server?.synchronous ?? []);
  if (view === undefined || (wanted === undefined && neededConfirmations(view) === 0)) return {};
  return { synchronous: { wanted, ...view } };
}

/** How many replicas must confirm a commit; 0 where none has to. */
export function neededConfirmations({ names, commit }: Pick<SynchronousView, 'names' | 'commit'>): number {
  const text = names.trim();
  if (text === '' || ['off', 'local'].includes(commit)) return 0;
  return Number(/^(?:(?:first|any)\s+)?(\d+)\s*\(/i.exec(text)?.[1] ?? 1);
}

/** Whether synchronous_standby_names means this node. */
export const isListed = (names: string, name: string): boolean =>
  names.includes('*') ||
  names
    .replace(/^\s*(?:(?:first|any)\s+)?\d+\s*(?=\()/i, '')
    .split(/[\s,()]+/)
    .some((one) => one.replaceAll('"', '').toLowerCase() === name.toLowerCase());

/** Why commits wait now, in a sentence; undefined when they do not. */
export function commitsWait(view: SynchronousView): string | undefined {
  const needed = neededConfirmations(view);
  const { length } = view.confirming;
  if (length >= needed) return undefined;
  const who = length === 0 ? 'none does' : `only ${length} of them ${length === 1 ? 'does' : 'do'}`;
  return `commits wait: synchronous_standby_names is ${view.names}, so ${needed === 1 ? 'a replica' : `${needed} replicas`} must confirm them, and ${who}`;
}

/** What ends it. */
export const waitAdvice: readonly string[] = [
  'start the replicas that it names: dbctl status',
  'or let commits go on without them: take CLUSTER_SYNCHRONOUS or POSTGRES_CONF_synchronous_standby_names out of .env.cluster, then: dbctl up',
];

/** That the primary alone has what is acknowledged, though the file asks for more; undefined where that is not so. */
export const confirmsAlone = (wanted: Synchronous | undefined, view: SynchronousView): string | undefined =>
  wanted !== undefined && neededConfirmations(view) === 0
    ? `CLUSTER_SYNCHRONOUS is ${wanted}, and commits wait for no replica: what is acknowledged now is on the primary alone`
    : undefined;

/** What brings a replica back that could confirm commits. */
export const aloneAdvice: readonly string[] = ['see which replica does not stream, and why: dbctl probe'];

/**
 * In the form of SynchronousView. The columns are for superusers and pg_monitor. dbctl's own sessions wait for nobody,
 * so they ask the files what others have; those of a role have it themselves.
 */
export const synchronousSql = (whose: 'of this session' | 'of the files'): string => `json_build_object(
  'names', current_setting('synchronous_standby_names'),
  'commit', ${whose === 'of this session' ? `current_setting('synchronous_commit')` : commitInFiles},
  'confirming', (select coalesce(json_agg(application_name order by application_name), '[]')
    from pg_stat_replication where sync_state in ('sync', 'quorum')))`;

const commitInFiles = `coalesce((select setting from pg_file_settings
    where name = 'synchronous_commit' and error is null order by seqno desc limit 1), 'on')`;
