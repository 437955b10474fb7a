// Names inside PostgreSQL and on the hosts.

import { InvalidValue, shown } from '../problem.ts';
import { matching, reader, type Reader } from './reader.ts';

const takesIdentifier = 'letters, digits, _ and -, starting with a letter or _, at most 63 characters';
const identifier = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;
// CREATE ROLE refuses them, or pg_hba.conf gives them a meaning of their own.
const reservedRoles = new Set(
  ['postgres', 'public', 'none', 'all', 'replication', 'sameuser', 'samerole', 'samegroup'].concat([
    'current_role',
    'current_user',
    'session_user',
    'user',
  ]),
);
const reservedDatabases = new Set([
  'postgres',
  'template0',
  'template1',
  'all',
  'replication',
  'sameuser',
  'samerole',
  'samegroup',
]);

export const clusterName = matching(
  /^[a-z][a-z0-9-]{0,30}$/,
  'lower-case letters, digits and -, starting with a letter, at most 31 characters',
);

export const linuxUser = matching(
  /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
  'the name of a login user: letters, digits, . _ and -, at most 32 characters',
);

export const roleName: Reader<string> = reader(takesIdentifier, (raw) => {
  const name = readIdentifier(raw);
  if (reservedRoles.has(name.toLowerCase()) || /^pg_/i.test(name)) {
    throw new InvalidValue(`${shown(raw)} is reserved by PostgreSQL; choose another role name`);
  }
  return name;
});

export const databaseName: Reader<string> = reader(takesIdentifier, (raw) => {
  const name = readIdentifier(raw);
  if (reservedDatabases.has(name.toLowerCase())) {
    throw new InvalidValue(`${shown(raw)} is reserved by PostgreSQL; choose another database name`);
  }
  return name;
});

function readIdentifier(raw: string): string {
  if (identifier.test(raw)) return raw;
  throw new InvalidValue(`expected ${takesIdentifier}, got ${shown(raw)}`);
}
