// Names inside PostgreSQL and on the hosts.

import { InvalidValue, shown } from '../problem.ts';
import { matching, reader, type Reader } from './reader.ts';

const takesIdentifier = 'letters, digits, _ and -, starting with a letter or _, at most 63 characters';
const identifier = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
// pg_hba.conf gives them a meaning of their own, or they are PostgreSQL's; CREATE ROLE refuses more.
const reserved = ['postgres', 'all', 'replication', 'sameuser', 'samerole', 'samegroup'];
const reservedRoles = [...reserved, 'public', 'none', 'current_role', 'current_user', 'session_user', 'user'];

export const clusterName = matching(
  /^[a-z][a-z0-9-]{0,30}$/,
  'lower-case letters, digits and -, starting with a letter, at most 31 characters',
);

export const linuxUser = matching(
  /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
  'the name of a login user: letters, digits, . _ and -, at most 32 characters',
);

const identifierBut = (what: string, isReserved: (lower: string) => boolean): Reader<string> =>
  reader(takesIdentifier, (raw) => {
    if (!identifier.test(raw)) throw new InvalidValue(`expected ${takesIdentifier}, got ${shown(raw)}`);
    if (!isReserved(raw.toLowerCase())) return raw;
    throw new InvalidValue(`${shown(raw)} is reserved by PostgreSQL; choose another ${what} name`);
  });

export const roleName = identifierBut(
  'role',
  (name) => reservedRoles.includes(name) || name.startsWith('pg_'),
);

export const databaseName = identifierBut('database', (name) =>
  [...reserved, 'template0', 'template1'].includes(name),
);

const name = /^[a-z_][a-z0-9_.]{0,62}$/;

const layout = 'dbctl places the files of the cluster and must find them again';
const tls = 'dbctl makes the certificates; clients verify them';
const replication = 'dbctl sets it on each replica';

/** Parameters dbctl owns, each with the reason shown to who tries to set it. */
const owned: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  data_directory: layout,
  config_file: layout,
  hba_file: 'dbctl writes pg_hba.conf; add networks with CLUSTER_ALLOWED_CIDRS',
  ident_file: layout,
  external_pid_file: layout,
  unix_socket_directories: 'dbctl talks to PostgreSQL through its socket',
  include: layout,
  include_dir: layout,
  include_if_exists: layout,
  port: 'set POSTGRES_PORT, or host:port of the node',
  cluster_name: 'it is the name of the node',
  primary_conninfo: replication,
  primary_slot_name: replication,
  restore_command: replication,
  ssl: tls,
  ssl_cert_file: tls,
  ssl_key_file: tls,
  ssl_ca_file: tls,
  password_encryption: 'every role uses SCRAM',
});

/** Values that would lose data. */
const mustStayOn = new Set(['fsync', 'full_page_writes']);
const off = /^(off?|fa?l?s?e?|no?|0)$/i;

const none = /^0+$/;
const restores = 'a restore sets it, for its copy only';

/** Values with which dbctl could not do its work, each with the reason. */
const unfit: Readonly<Record<string, readonly [values: RegExp, reason: string]>> = Object.assign(
  Object.create(null),
  {
    wal_level: [/^minimal$/i, 'replicas and backups need more in the WAL: replica or logical'],
    max_wal_senders: [none, 'replicas and their copies are sent WAL'],
    max_replication_slots: [none, 'each replica has a slot'],
    hot_standby: [off, 'a replica that answers nobody cannot be watched'],
    listen_addresses: [
      /^(|localhost|127(\.\d+){3}|::1)$/i,
      'replicas, applications and probe come by the address of the node',
    ],
    recovery_target: [/^/, restores],
    recovery_target_time: [/^/, restores],
    recovery_target_lsn: [/^/, restores],
    recovery_target_xid: [/^/, restores],
    recovery_target_name: [/^/, restores],
    recovery_target_action: [/^/, restores],
  },
);

/** Reads one parameter: its name in any case, its value on one line. Throws InvalidValue. */
export function readParameter(rawName: string, value: string): { name: string; value: string } {
  const parameter = rawName.toLowerCase();
  if (!name.test(parameter))
    throw new InvalidValue(`${shown(rawName)} is not the name of a PostgreSQL parameter`);
  const reason = owned[parameter];
  if (reason !== undefined) throw new InvalidValue(`${parameter} belongs to dbctl: ${reason}`);
  if (/\p{C}/u.test(value))
    throw new InvalidValue(`expected printable characters on one line, got ${shown(value)}`);
  if (mustStayOn.has(parameter) && off.test(value.trim())) {
    throw new InvalidValue(`${parameter} cannot be switched off: a crash would corrupt the data`);
  }
  const [values, why] = unfit[parameter] ?? [];
  if (values?.test(value.trim())) throw new InvalidValue(`${parameter} cannot be ${shown(value)}: ${why}`);
  return { name: parameter, value };
}
