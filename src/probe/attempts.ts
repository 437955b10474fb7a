// What a role may do, found out by doing it. Everything happens in a transaction that is rolled back.

import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Attempt, ReaderReach } from './facts.ts';
import type { Session } from './connection.ts';

type Begin = 'begin' | 'begin read write';

/** In a transaction of its own, which is left open. */
async function makeTable(session: Session, begin: Begin): Promise<string> {
  const table = `public.dbctl_probe_${randomBytes(6).toString('hex')}`;
  await session.run(begin, `create table ${table} (number int)`, `insert into ${table} values (1)`);
  return table;
}

/**
 * Makes a table and writes a row. `begin` says how hard to try: "begin read write" undoes a role's
 * default_transaction_read_only (a replica refuses the words themselves, so use "begin" there).
 */
export const tryToWrite = (session: Session, begin: Begin): Promise<Attempt> =>
  rolledBack(session, async () => {
    await makeTable(session, begin);
  });

const seen = v.tuple([v.object({ seen: v.boolean() })]);

/** As the writer on a primary: makes a table, and asks whether the reader would be allowed to read it. */
export async function tryToShare(
  session: Session,
  reader: string,
): Promise<{ readonly attempt: Attempt; readonly readerSees: boolean | undefined }> {
  let readerSees: boolean | undefined;
  const attempt = await rolledBack(session, async () => {
    const table = await makeTable(session, 'begin');
    const rows = await session.query(
      `select has_table_privilege(oid, $2, 'SELECT') as seen from pg_roles where rolname = $1`,
      [reader, table],
    );
    readerSees = v.is(seen, rows) && rows[0].seen;
  });
  return { attempt, readerSees };
}

const reach = v.tuple([
  v.object({ maySelect: v.boolean(), writable: v.array(v.string()), unreadable: v.array(v.string()) }),
]);

/** As the reader: what it may do with the tables that are there. `owners` are the roles whose tables it must see. */
export async function readReach(session: Session, owners: readonly string[]): Promise<ReaderReach> {
  const rows = await session.query(
    `with tables as (
       select c.oid, c.relowner, format('%I.%I', n.nspname, c.relname) as name,
         has_schema_privilege(n.oid, 'USAGE') as usable
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
         and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast'))
     select has_schema_privilege('public', 'USAGE') as "maySelect",
       array(select name from tables where usable
         and has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE') order by name limit 5) as writable,
       array(select name from tables where pg_get_userbyid(relowner) = any ($1)
         and not (usable and has_table_privilege(oid, 'SELECT')) order by name limit 5) as unreadable`,
    [owners],
  );
  return v.parse(reach, rows)[0];
}

async function rolledBack(session: Session, work: () => Promise<void>): Promise<Attempt> {
  try {
    await work();
    return { allowed: true };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { allowed: false, code: error.code, detail: error.message };
  } finally {
    await session.run('rollback');
  }
}

/** An answer of the server (it has an SQLSTATE), not a connection that broke. */
const isRefusal = (error: unknown): error is Error & { code: string } =>
  error instanceof Error &&
  'code' in error &&
  /^[0-9A-Z]{5}$/.test(String(error.code)) &&
  'severity' in error;
