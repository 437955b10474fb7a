// Libraries of shared_preload_libraries that start work by themselves: jobs, replication, calls to other hosts.

/** In a copy of a cluster they would do the cluster's work a second time. */
export const jobLibraries: readonly string[] = [
  ...['pg_cron', 'pg_partman_bgw', 'pg_task', 'pg_timetable', 'pg_background', 'pgagent', 'dbms_job'],
  ...[
    'pglogical',
    'pglogical_ticker',
    'spock',
    'bdr',
    'pgactive',
    'pg_failover_slots',
    'pgautofailover',
    'repmgr',
  ],
  ...['citus', 'pg_net', 'vectorize', 'pg_later', 'pg_squeeze', 'pg_documentdb', 'kafka_fdw', 'worker_spi'],
];

/** The value of shared_preload_libraries without them, in the order in which they were. */
export const withoutJobs = (libraries: string): string =>
  libraries
    .split(',')
    .map((one) => one.trim().replaceAll('"', ''))
    .filter((one) => one !== '' && !jobLibraries.includes(one.replace(/^.*\//, '').replace(/\.so$/, '')))
    .join(', ');
