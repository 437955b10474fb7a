// Asks pgBackRest itself, by hand, on the hosts of a lab.

import { expect } from 'vitest';
import type { Lab } from './e2e.ts';

/** Where pgBackRest's configuration is on a host: the control host's, or a node's own. */
export const configOn = (lab: Lab, host: string): string => {
  const directory = `/etc/dbctl/${lab.env['CLUSTER_NAME']}`;
  return host === 'control'
    ? `${directory}/_pgbackrest/control.conf`
    : `${directory}/${host}/pgbackrest.conf`;
};

/** Runs pgBackRest as postgres; throws with what it said when it ends badly. Options stand before the command. */
export const pgbackrestOn = (
  lab: Lab,
  host: string,
  command: string,
  config = configOn(lab, host),
): Promise<string> =>
  lab.shell(
    host,
    `cd / && runuser -u postgres -- pgbackrest --config='${config}' --stanza='${lab.env['CLUSTER_NAME']}' ` +
      `--log-level-file=off --log-level-stderr=off ${command} 2>&1`,
  );

/** Writes a WAL file on the primary to its end, and waits until that very file is in the repository. */
export async function expectWalArrives(lab: Lab, primary = 'pg1', options = ''): Promise<void> {
  await lab.sql(primary, 'create table if not exists wal_made (n int); insert into wal_made values (1)');
  const finished = await lab.sql(primary, 'select pg_walfile_name(pg_switch_wal())');
  const files = () =>
    pgbackrestOn(lab, 'control', `${options} repo-ls --recurse archive/${lab.env['CLUSTER_NAME']}`);
  await expect.poll(files, { timeout: 60_000, interval: 500 }).toContain(finished);
}
