// Who holds WAL on a node, in two questions: one to its server, one to its disk.

import * as v from 'valibot';
import type { Instance } from '../model/instance.ts';
import { WalServerFacts, type WalDirectory } from './facts.ts';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { archiverSql } from '../postgres/archiver.ts';
import { askJson, ifRunning, type Socket } from '../postgres/psql.ts';
import { fieldsIn } from '../model/answers.ts';

// The end of WAL; on a replica whichever of receiving and replaying is further: it may live from an archive.
const end = `(case when pg_is_in_recovery()
  then greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) else pg_current_wal_lsn() end)`;
const held = (from: string, to: string): string => `greatest(pg_wal_lsn_diff(${to}, ${from}), 0)::bigint`;
const megabytes = (setting: string): string =>
  `(select setting::bigint * 1048576 from pg_settings where name = '${setting}')`;
const epoch = (time: string): string => `extract(epoch from ${time})`;

// psql keeps the first look in variables: the second is compared with it. Columns that only newer versions have are
// read through jsonb, and a function that only they have is named to them alone.
const sql = (seconds: number): string => `
select ${end} as before, clock_timestamp() as began,
  (select wal_bytes from pg_stat_wal) as generated,
  (select coalesce(json_object_agg(slot_name, ${held('restart_lsn', end)}), '{}') from pg_replication_slots) as slots,
  current_setting('server_version_num')::int >= 170000 and current_setting('summarize_wal', true) = 'on' as summarizes \\gset
\\set summarized ''
\\if :summarizes
select summarized_lsn as summarized from pg_get_wal_summarizer_state() \\gset
\\endif
select pg_sleep(${seconds}) as slept \\gset
select pg_stat_clear_snapshot() as cleared \\gset
with here as (select ${end} as lsn, clock_timestamp() as now, pg_is_in_recovery() as is_replica,
    (select setting::bigint from pg_settings where name = 'wal_segment_size') as segment),
  file as (select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$')
select json_build_object(
  'isInRecovery', is_replica,
  'now', ${epoch('now')},
  'segmentBytes', segment,
  'currentLsn', lsn,
  'oldestFile', (select min(name) from file),
  'aheadFiles', (select count(*) from file where
     ('x' || substr(name, 9, 8))::bit(32)::bigint * (4294967296 / segment) + ('x' || substr(name, 17))::bit(32)::bigint
       > trunc(pg_wal_lsn_diff(lsn, '0/0') / segment)),
  'checkpointBytes', ${held('redo_lsn', 'lsn')},
  'checkpointAt', ${epoch('checkpoint_time')},
  'unsummarizedBytes', case when :'summarized' <> '' then ${held(`nullif(:'summarized', '')::pg_lsn`, 'lsn')} end,
  'settings', json_build_object(
    'keepBytes', ${megabytes('wal_keep_size')},
    'minBytes', ${megabytes('min_wal_size')},
    'maxBytes', ${megabytes('max_wal_size')},
    'slotLimitBytes', nullif(${megabytes('max_slot_wal_keep_size')}, -1048576),
    'idleSlotSeconds', ${epoch(`coalesce(current_setting('idle_replication_slot_timeout', true), '0')::interval`)}),
  'slots', (select coalesce(json_agg(json_build_object(
      'name', s.slot_name, 'type', s.slot_type, 'database', s.database, 'plugin', s.plugin,
      'isTemporary', s.temporary, 'isActive', s.active, 'usedBy', r.application_name,
      'heldBytes', ${held('s.restart_lsn', 'lsn')},
      'grownBytes', coalesce(${held('s.restart_lsn', 'lsn')} - (:'slots'::jsonb ->> s.slot_name)::bigint, 0),
      'walStatus', s.wal_status, 'safeBytes', s.safe_wal_size,
      'inactiveSince', ${epoch(`(to_jsonb(s) ->> 'inactive_since')::timestamptz`)},
      'invalidationReason', to_jsonb(s) ->> 'invalidation_reason',
      'isSynced', coalesce((to_jsonb(s) ->> 'synced')::bool, false)) order by s.slot_name), '[]')
    from pg_replication_slots s left join pg_stat_replication r on r.pid = s.active_pid),
  'archiver', (select archiver from (${archiverSql}) known),
  'watched', json_build_object(
    'seconds', ${epoch(`now - :'began'::timestamptz`)},
    'bytes', ${held(`:'before'::pg_lsn`, 'lsn')},
    'generatedBytes', (select wal_bytes from pg_stat_wal) - :'generated'::numeric))
from here, pg_control_checkpoint()`;

/** What a server says, watched for so many seconds; undefined when none answers. */
export const walServerFacts = (socket: Socket, seconds: number): Query<WalServerFacts | undefined> =>
  ifRunning(
    socket,
    askJson(socket, sql(seconds), (value) => v.parse(WalServerFacts, value)),
  );

/** What is in pg_wal, whether a server runs or not; undefined without a data directory. */
export const walDirectory = ({ dataDirectory }: Instance): Query<WalDirectory | undefined> =>
  query(script('wal/wal-directory.sh', dataDirectory), parseWalDirectory);

export function parseWalDirectory(stdout: string): WalDirectory | undefined {
  if (stdout === 'none\n') return undefined;
  const { of, all } = fieldsIn(stdout);
  const numbers = (name: string): readonly number[] => of(name).split(' ').map(Number);
  const [bytes = 0, files = 0] = numbers('wal');
  const [waitingFiles = 0] = numbers('waiting');
  const [fileSystemBytes = 0, freeBytes = 0] = numbers('disk');
  const slotNames = all('slot').toSorted();
  return { bytes, files, waitingFiles, fileSystemBytes, freeBytes, slotNames };
}
