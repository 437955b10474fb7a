// The timeline that a server is on, in SQL.

/**
 * A primary's is read from the WAL that it writes, a replica's from what it receives or has replayed: the control file
 * names the old one until the first checkpoint after a promotion. Open to every role.
 */
export const timelineSql = `case when pg_is_in_recovery()
   then greatest((select timeline_id from pg_control_checkpoint()),
                 (select min_recovery_end_timeline from pg_control_recovery()),
                 (select received_tli from pg_stat_wal_receiver))
   else ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int
 end`;
