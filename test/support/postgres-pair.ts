// A real primary with a replica on this machine's loopback, set up by hand as an operator would, without dbctl.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueServerCertificate } from '../../src/certificates/issue.ts';

const versions = '/usr/lib/postgresql';
const version = existsSync(versions) ? readdirSync(versions).toSorted().at(-1) : undefined;
const isRoot = process.getuid?.() === 0;

const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));

/** PostgreSQL refuses to run as root, so root needs the account that Debian's package makes. */
const account = (): { uid: number; gid: number } | undefined => {
  try {
    return isRoot
      ? { uid: id('-u'), gid: id('-g') }
      : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  } catch {
    return undefined;
  }
};

/** Why it cannot be started here; undefined when it can. */
export const missing = (): string | undefined => {
  if (version === undefined || !existsSync(join(versions, version, 'bin/initdb')))
    return 'no PostgreSQL server here';
  return account() ? undefined : 'no account postgres here';
};

export interface PostgresPair {
  readonly major: number;
  readonly primaryPort: number;
  readonly replicaPort: number;
  readonly caFile: string;
  /** Runs SQL as superuser over the socket; answers unaligned text. */
  sql(port: number, statement: string): string;
  stop(): void;
}

const roles = `
create role app_admin login password 'admin ü"''$#%@:/';
grant pg_monitor to app_admin;
create role app_writer login password 'writer-password';
create role app_reader login password 'reader-password';
alter role app_reader set default_transaction_read_only = on;
create role replicator login replication password 'replication-password';`;

const grants = `
revoke all on database app from public;
grant connect on database app to app_writer, app_reader;
revoke all on schema public from public;
alter schema public owner to app_admin;
grant usage, create on schema public to app_writer;
grant usage on schema public to app_reader;
alter default privileges for role app_writer grant select on tables to app_reader;
select pg_create_physical_replication_slot('dbctl_pg2');`;

const hba = `
local all postgres trust
hostssl app app_admin,app_writer,app_reader 127.0.0.1/32 scram-sha-256
local replication postgres trust
hostssl replication replicator 127.0.0.1/32 scram-sha-256
`;

export async function startPair(): Promise<PostgresPair> {
  const owner = account()!;
  const root = mkdtempSync(join(tmpdir(), 'dbctl-pair-'));
  const at = (name: string) => join(root, name);
  const bin = (name: string, ...argv: readonly string[]): string =>
    execFileSync(join(versions, version!, 'bin', name), argv, {
      ...owner,
      cwd: '/',
      // libpq looks for certificates and passwords in HOME, and the account may not enter ours.
      env: { PATH: process.env['PATH'], HOME: root, LC_ALL: 'C.UTF-8' },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const [primaryPort, replicaPort] = [await freePort(), await freePort()];
  const sql = (port: number, statement: string, database = 'app') =>
    bin(
      'psql',
      '-qAtX',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      root,
      '-p',
      String(port),
      '-U',
      'postgres',
      '-c',
      statement,
      database,
    ).trim();

  const configure = (data: string, port: number) =>
    appendFileSync(
      at(`${data}/postgresql.conf`),
      `
port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = '${root}'
shared_buffers = 16MB
fsync = off
ssl = on
ssl_cert_file = '${at('server.crt')}'
ssl_key_file = '${at('server.key')}'
`,
    );
  const start = (data: string) => bin('pg_ctl', '-D', at(data), '-l', at(`${data}.log`), '-w', 'start');

  chownSync(root, owner.uid, owner.gid);
  const write = (name: string, text: string) => {
    writeFileSync(at(name), text);
    chmodSync(at(name), 0o600);
    chownSync(at(name), owner.uid, owner.gid);
  };
  const authority = await createAuthority('shop');
  const { certificate, key } = await issueServerCertificate(authority, ['pg1', 'pg2', '127.0.0.1']);
  write('ca.crt', authority.certificate);
  write('server.crt', certificate);
  write('server.key', key.reveal());

  bin('initdb', '-D', at('primary'), '-U', 'postgres', '-A', 'trust', '--no-sync');
  configure('primary', primaryPort);
  write('primary/pg_hba.conf', hba);
  start('primary');
  sql(primaryPort, roles, 'postgres');
  sql(primaryPort, 'create database app owner app_admin', 'postgres');
  sql(primaryPort, grants);

  bin(
    'pg_basebackup',
    '-h',
    root,
    '-p',
    String(primaryPort),
    '-U',
    'postgres',
    '-D',
    at('replica'),
    '-c',
    'fast',
    '-R',
    '-S',
    'dbctl_pg2',
    '--no-sync',
  );
  configure('replica', replicaPort);
  write('replica/pg_hba.conf', hba.split('local replication')[0]!);
  appendFileSync(
    at('replica/postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${primaryPort} user=replicator password=replication-password application_name=pg2 sslmode=verify-full sslrootcert=${at('ca.crt')}'\n`,
  );
  start('replica');

  const stop = () => {
    for (const data of ['replica', 'primary']) bin('pg_ctl', '-D', at(data), '-m', 'immediate', 'stop');
    rmSync(root, { recursive: true, force: true });
  };
  return { major: Number(version), primaryPort, replicaPort, caFile: at('ca.crt'), sql, stop };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
