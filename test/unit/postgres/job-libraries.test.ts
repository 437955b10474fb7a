import { expect, test } from 'vitest';
import { withoutJobs } from '../../../src/postgres/job-libraries.ts';

test.each([
  ['pg_stat_statements, pg_cron', 'pg_stat_statements'],
  ['pg_cron', ''],
  ['"pg_cron",$libdir/pglogical, auth_delay', 'auth_delay'],
  ['/usr/lib/postgresql/17/lib/pg_net.so,timescaledb', 'timescaledb'],
  ['', ''],
  ['pg_cron_reports', 'pg_cron_reports'],
])('of %j a copy loads %j', (libraries, kept) => {
  expect(withoutJobs(libraries)).toBe(kept);
});
