// Do commits wait for replicas that are not there?

/** What a primary says about whom its commits wait for. */
export interface SynchronousView {
  /** synchronous_standby_names */
  readonly names: string;
  /** synchronous_commit, as sessions have it that set nothing. */
  readonly commit: string;
  /** Replicas that confirm commits now. */
  readonly confirming: number;
}

/** How many replicas must confirm a commit; 0 where none has to. */
export function neededConfirmations({ names, commit }: Pick<SynchronousView, 'names' | 'commit'>): number {
  const text = names.trim();
  if (text === '' || ['off', 'local'].includes(commit)) return 0;
  return Number(/^(?:(?:first|any)\s+)?(\d+)\s*\(/i.exec(text)?.[1] ?? 1);
}

/** Why commits wait now, in a sentence; undefined when they do not. */
export function commitsWait(view: SynchronousView): string | undefined {
  const needed = neededConfirmations(view);
  if (view.confirming >= needed) return undefined;
  const who =
    view.confirming === 0
      ? 'none does'
      : `only ${view.confirming} of them ${view.confirming === 1 ? 'does' : 'do'}`;
  return `commits wait: synchronous_standby_names is ${view.names}, so ${needed === 1 ? 'a replica' : `${needed} replicas`} must confirm them, and ${who}`;
}

/** What ends it. */
export const waitAdvice: readonly string[] = [
  'start the replicas that it names: dbctl status',
  'or let commits go on without them: take POSTGRES_CONF_synchronous_standby_names out of .env.cluster, then: dbctl up',
];

/**
 * In the form of SynchronousView. The columns are for superusers and pg_monitor. dbctl's own sessions wait for nobody,
 * so they ask the files what others have; those of a role have it themselves.
 */
export const synchronousSql = (whose: 'of this session' | 'of the files'): string => `json_build_object(
  'names', current_setting('synchronous_standby_names'),
  'commit', ${whose === 'of this session' ? `current_setting('synchronous_commit')` : commitInFiles},
  'confirming', (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')))`;

const commitInFiles = `coalesce((select setting from pg_file_settings
    where name = 'synchronous_commit' and error is null order by seqno desc limit 1), 'on')`;
