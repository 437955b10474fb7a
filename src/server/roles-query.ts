// Roles, the database and its privileges, as SQL.

import * as v from 'valibot';
import type { FoundRole, WantedRole } from './role-changes.ts';
import { scramVerifier } from '../postgres/scram.ts';
import type { Query } from '../host/command.ts';
import { askJson, type Socket } from '../postgres/psql.ts';
import { identifier, literal } from '../postgres/sql.ts';

const FoundRoles = v.array(
  v.object({
    name: v.string(),
    canLogin: v.boolean(),
    isPowerful: v.boolean(),
    replication: v.boolean(),
    connectionLimit: v.number(),
    verifier: v.string(),
    memberOf: v.array(v.string()),
    settings: v.array(v.string()),
  }),
);

/** The roles of these names that exist. */
export const foundRoles = (socket: Socket, names: readonly string[]): Query<readonly FoundRole[]> =>
  askJson(
    socket,
    `select coalesce(json_agg(json_build_object(
       'name', rolname,
       'canLogin', rolcanlogin and (rolvaliduntil is null or rolvaliduntil > now()),
       'isPowerful', rolsuper or rolcreaterole or rolcreatedb or rolbypassrls,
       'replication', rolreplication,
       'connectionLimit', rolconnlimit,
       'verifier', coalesce(rolpassword, ''),
       'memberOf', (select coalesce(json_agg(pg_get_userbyid(roleid)), '[]') from pg_auth_members where member = r.oid),
       'settings', (select coalesce(json_agg(s), '[]') from pg_db_role_setting, unnest(setconfig) s
                    where setrole = r.oid and setdatabase = 0)
     )), '[]') from pg_authid r where rolname in (${names.map(literal).join(', ')})`,
    (value) => v.parse(FoundRoles, value),
  );

/** Keeps verifiers out of the server's log and out of pg_stat_statements, whatever settings say. */
const silent = [
  `set local log_statement = 'none'`,
  `set local log_min_error_statement = 'panic'`,
  `set local log_min_duration_statement = -1`,
  `set local log_min_duration_sample = -1`,
  `set local log_transaction_sample_rate = 0`,
  // Where the library is not loaded, this is a setting that nobody reads.
  `set local pg_stat_statements.track = 'none'`,
];

/** Makes roles as wanted, whether they exist or not; a verifier that already matches is not replaced. */
export const ensureRolesStatements = (
  wanted: readonly (WantedRole & { readonly exists: boolean; readonly keepPassword: boolean })[],
): readonly string[] => [
  ...silent,
  ...wanted.filter(({ exists }) => !exists).map(({ name }) => `create role ${identifier(name)}`),
  ...wanted.flatMap(alterStatements),
];

function alterStatements(role: WantedRole & { readonly keepPassword: boolean }): readonly string[] {
  const name = identifier(role.name);
  const password = role.keepPassword ? '' : ` password ${literal(scramVerifier(role.password.reveal()))}`;
  const replication = role.replication ? 'replication' : 'noreplication';
  return [
    `alter role ${name} login ${replication} nosuperuser nocreaterole nocreatedb nobypassrls inherit ` +
      `valid until 'infinity' connection limit ${role.connectionLimit}${password}`,
    ...Object.entries(role.settings).map(
      ([key, value]) => `alter role ${name} set ${key} = ${literal(value)}`,
    ),
    ...role.memberOf.map((group) => `grant ${identifier(group)} to ${name}`),
  ];
}
