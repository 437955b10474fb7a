// POSTGRES_CONF_<parameter>: what may be set, and what dbctl has to keep for itself.

import { InvalidValue, shown } from '../problem.ts';

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
  return { name: parameter, value };
}
