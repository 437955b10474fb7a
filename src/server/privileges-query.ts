// Who may do what in the application's database: one row a privilege, with the test that it holds and the statement
// that makes it hold. Tables that exist are left alone: what somebody revoked on purpose stays revoked.

import * as v from 'valibot';
import type { Cluster } from '../model/cluster.ts';
import type { Query } from '../host/command.ts';
import { askJson, type Socket } from '../postgres/psql.ts';
import { identifier, literal } from '../postgres/sql.ts';

export interface Privilege {
  readonly change: string;
  /** An SQL expression that is true when it is in place. */
  readonly holds: string;
  readonly statement: string;
}

export function privileges({ postgres: { database, admin, writer, reader } }: Cluster): readonly Privilege[] {
  const [a, w, r] = [admin.name, writer.name, reader.name];
  return [
    onDatabase.closedToPublic(database),
    onDatabase.grant(database, 'CONNECT', w),
    onDatabase.grant(database, 'TEMPORARY', w),
    onDatabase.grant(database, 'CONNECT', r),
    publicSchema.closedToPublic,
    publicSchema.grant('USAGE', w),
    publicSchema.grant('CREATE', w),
    publicSchema.grant('USAGE', r),
    ...[a, w].flatMap((creator) => [
      future(creator, 'TABLES', r, ['SELECT']),
      future(creator, 'SEQUENCES', r, ['SELECT']),
    ]),
    future(a, 'SCHEMAS', r, ['USAGE']),
    future(a, 'SCHEMAS', w, ['USAGE']),
    future(a, 'TABLES', w, ['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
    future(a, 'SEQUENCES', w, ['USAGE', 'SELECT']),
    signalFiles(a),
  ];
}

const databaseAcl = (database: string): string =>
  `(select coalesce(datacl, acldefault('d', datdba)) from pg_database where datname = ${literal(database)})`;
const publicAcl = `(select coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname = 'public')`;

/** Whether any of the privileges was granted to the role itself (grantee 0 is everybody), not to a group it is in. */
const isGranted = (acl: string, grantee: string, ...wanted: readonly string[]): string =>
  `exists (select from aclexplode(${acl}) where grantee = ${grantee} and privilege_type in (${wanted.map(literal).join(', ')}))`;

const oid = (role: string): string => `(select oid from pg_roles where rolname = ${literal(role)})`;

const onDatabase = {
  closedToPublic: (database: string): Privilege => ({
    change: `close database ${database} to everybody else`,
    holds: `not ${isGranted(databaseAcl(database), '0', 'CONNECT', 'TEMPORARY')}`,
    statement: `revoke all on database ${identifier(database)} from public`,
  }),
  grant: (database: string, privilege: string, role: string): Privilege => ({
    change: `grant ${privilege} on database ${database} to ${role}`,
    holds: isGranted(databaseAcl(database), oid(role), privilege),
    statement: `grant ${privilege} on database ${identifier(database)} to ${identifier(role)}`,
  }),
};

const publicSchema = {
  closedToPublic: {
    change: 'close schema public to everybody else',
    holds: `not ${isGranted(publicAcl, '0', 'CREATE', 'USAGE')}`,
    statement: 'revoke all on schema public from public',
  },
  grant: (privilege: string, role: string): Privilege => ({
    change: `grant ${privilege} on schema public to ${role}`,
    holds: isGranted(publicAcl, oid(role), privilege),
    statement: `grant ${privilege} on schema public to ${identifier(role)}`,
  }),
};

/** The letters of pg_default_acl.defaclobjtype. */
const kinds = { TABLES: 'r', SEQUENCES: 'S', SCHEMAS: 'n' } as const;

/** A privilege on everything that `creator` will make, in whatever schema. */
function future(
  creator: string,
  kind: keyof typeof kinds,
  role: string,
  wanted: readonly string[],
): Privilege {
  return {
    change: `grant ${role} ${wanted.join(', ')} on ${kind.toLowerCase()} that ${creator} will make`,
    holds: `(select count(distinct privilege_type) = ${wanted.length} from pg_default_acl, aclexplode(defaclacl)
      where defaclrole = ${oid(creator)} and defaclnamespace = 0 and defaclobjtype = '${kinds[kind]}'
        and grantee = ${oid(role)} and privilege_type in (${wanted.map(literal).join(', ')}))`,
    statement: `alter default privileges for role ${identifier(creator)} grant ${wanted.join(', ')} on ${kind} to ${identifier(role)}`,
  };
}

/** Sees signal files in the data directory, so that probe tells as what a server would start; no file's content. */
const signalFiles = (role: string): Privilege => ({
  change: `let ${role} see signal files`,
  holds: `coalesce((select has_function_privilege(oid, 'pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE') from pg_roles where rolname = ${literal(role)}), false)`,
  statement: `grant execute on function pg_catalog.pg_stat_file(text, boolean) to ${identifier(role)}`,
});

/** The privileges that do not hold yet. */
export const missingPrivileges = (
  socket: Socket,
  wanted: readonly Privilege[],
): Query<readonly Privilege[]> =>
  askJson(socket, `select json_build_array(${wanted.map(({ holds }) => holds).join(', ')})`, (value) => {
    const holds = v.parse(v.array(v.boolean()), value);
    return wanted.filter((_, index) => !holds[index]);
  });

const Owner = v.nullable(v.string());

/** Who owns a database; null when there is none of that name. */
export const databaseOwner = (socket: Socket, database: string): Query<string | null> =>
  askJson(
    socket,
    `select coalesce((select to_json(pg_get_userbyid(datdba)) from pg_database where datname = ${literal(database)}), 'null')`,
    (value) => v.parse(Owner, value),
  );
