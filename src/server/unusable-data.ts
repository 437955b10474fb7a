// Data that no server can use as it is, and how it is put right. Text; nothing is asked here.

import type { Instance } from '../model/instance.ts';
import type { HostProblem } from './system-check.ts';

/** A server that runs with it answers each question with an error. */
export const ofAnotherAccount = (
  { dataDirectory }: Instance,
  node: string,
  account: string,
): HostProblem => ({
  what: `${dataDirectory} belongs to ${account}, not to postgres: no server can use it`,
  next: [
    `give it back, on ${node}: chown -R postgres:postgres ${dataDirectory}/`,
    'then run the same command again',
  ],
});

/** systemd cannot stop it: postgresql-common does not know it any more. */
export const withoutConfiguration = (
  { configDirectory, dataDirectory, binDirectory }: Instance,
  node: string,
): HostProblem => ({
  what: `PostgreSQL runs there, and its configuration is gone: ${configDirectory}`,
  next: [
    `stop it, on ${node}: runuser -u postgres -- ${binDirectory}/pg_ctl stop -m fast -D ${dataDirectory}`,
    'then write the configuration again and start it: dbctl up',
  ],
});

interface Holder {
  readonly instance: Instance;
  /** "pg1" */
  readonly node: string;
  readonly role: 'primary' | 'replica' | 'replaced';
}

/** A file is gone without which no server starts. */
export const lacking = (file: string, holder: Holder): HostProblem => ({
  what: `${holder.instance.dataDirectory} has no ${file}, or a damaged one, and no server starts without it`,
  next: file === 'PG_VERSION' ? versionPutBack(holder) : controlFileMade(holder),
});

const versionPutBack = ({ instance: { version, dataDirectory }, node }: Holder): readonly string[] => [
  `put it back, on ${node}: echo ${version} | install -o postgres -g postgres -m 600 /dev/stdin ${dataDirectory}/PG_VERSION`,
  'then run the same command again',
];

const controlFileMade = ({ node, role }: Holder): readonly string[] =>
  role === 'replica'
    ? [`give it the primary's data: dbctl reinit ${node}`]
    : [
        'with backups, restore it: dbctl backup restore --in-place',
        'or promote a replica: see docs/primary.md',
      ];
