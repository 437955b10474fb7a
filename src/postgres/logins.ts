import type { Role } from '../model/cluster.ts';
import { Secret } from '../model/secret.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { conninfo, passfileLine } from './libpq.ts';

export interface Login {
  readonly role: Role;
  /** A replication connection instead of one to a database. */
  readonly replication?: boolean;
}

export interface LoginTarget {
  /** Where psql is, on the host that logs in. */
  readonly binDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Path of the CA certificate on the host that logs in. */
  readonly caFile: string;
}

export interface LoginResult {
  readonly role: string;
  /** What libpq said; undefined when the login worked. */
  readonly problem: string | undefined;
}

/** Logs in over TCP with the server's name verified, once for each role, and says how each went. */
export function tryLogins(target: LoginTarget, logins: readonly Login[]): Query<readonly LoginResult[]> {
  const { binDirectory, caFile, ...place } = target;
  const passfile = logins.map(({ role }) =>
    passfileLine({ ...place, database: '*', user: role.name, password: role.password.reveal() }),
  );
  const connections = logins.map(({ role, replication }) =>
    conninfo({
      host: place.host,
      port: String(place.port),
      user: role.name,
      ...(replication ? { replication: 'true' } : { dbname: place.database }),
      sslmode: 'verify-full',
      sslrootcert: caFile,
      connect_timeout: '10',
      application_name: 'dbctl',
    }),
  );
  return loneQuery(
    script('postgres/try-logins.sh', binDirectory, ...connections),
    (stdout) => parseResults(stdout, logins),
    {
      asUser: 'postgres',
      stdin: new Secret(`${passfile.join('\n')}\n`),
    },
  );
}

const parseResults = (stdout: string, logins: readonly Login[]): readonly LoginResult[] => {
  const lines = stdout.split('\n');
  return logins.map(({ role }, index) => ({
    role: role.name,
    problem: lines[index] === 'ok' ? undefined : lines[index]?.replace(/^failed: /, '').trim() || 'no answer',
  }));
};
