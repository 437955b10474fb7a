// What every story on real hosts needs besides the lab: where it can run, and how roles log in, past dbctl.

import { describe, expect } from 'vitest';
import type { Finished, Lab } from './e2e.ts';

const isToldNot = process.env['DBCTL_TEST_HOSTS'] === 'none';

/** Booting hosts needs Linux and root. The test runner says "none" where it found them impossible, and answers for it. */
const canBootHosts = process.platform === 'linux' && process.getuid?.() === 0 && !isToldNot;

/** Where no host can be booted, stories are skipped; with CI=true they fail, and lab up says what is missing. */
export const describeOnHosts = describe.skipIf(!canBootHosts && (isToldNot || process.env['CI'] !== 'true'));

/** For booting a lab, which builds an image the first time on a machine; milliseconds. */
export const patienceMs = 600_000;

/** Runs dbctl and insists that it ends well; a failure shows what it said. */
export async function succeed(lab: Lab, ...args: readonly string[]): Promise<Finished> {
  const finished = await lab.dbctl(...args);
  expectExit(finished, 0);
  return finished;
}

/** Insists on an exit code; a failure shows both streams. */
export function expectExit({ exitCode, stdout, stderr }: Finished, wanted: number): void {
  expect(exitCode, `${stdout}\n${stderr}`).toBe(wanted);
}

export type RoleKind = 'admin' | 'writer' | 'reader' | 'replication';

const prefixes: Readonly<Record<RoleKind, string>> = {
  admin: 'POSTGRES',
  writer: 'POSTGRES_APP',
  reader: 'POSTGRES_READONLY',
  replication: 'POSTGRES_REPLICATION',
};

/** The name and password of a role, from .env.cluster. */
export const roleOf = (lab: Lab, kind: RoleKind): { name: string; password: string } => ({
  name: lab.env[`${prefixes[kind]}_USER`]!,
  password: lab.env[`${prefixes[kind]}_PASSWORD`]!,
});

/** The address of a node or machine of .env.cluster. */
export function addressOf(lab: Lab, name: string): string {
  const lists = ['CLUSTER_CONTROL_HOST', 'CLUSTER_DB_PRIMARY_HOST', 'CLUSTER_DB_REPLICA_HOSTS'];
  const entries = lists.flatMap((setting) => (lab.env[setting] ?? '').split(','));
  const entry = entries.find((one) => one.startsWith(`${name}=`));
  if (entry === undefined) throw new Error(`${name} is not in .env.cluster`);
  return entry.slice(name.length + 1).split(':')[0]!;
}

/** Where psql connects to. */
export interface Place {
  /** The host on which psql runs; a node. */
  readonly from: string;
  /** The node it connects to. */
  readonly to: string;
}

/** A connection string over TCP with the server's name verified, for libpq on a node. */
export const connectionTo = (lab: Lab, { from, to }: Place, user: string): string =>
  [
    `host=${addressOf(lab, to)} port=5432 dbname=${lab.env['POSTGRES_DB']} user=${user} connect_timeout=5`,
    `sslmode=verify-full sslrootcert=/etc/dbctl/${lab.env['CLUSTER_NAME']}/${from}/ca.crt`,
  ].join(' ');

/**
 * Runs SQL as a role through psql over TCP, with its password in psql's own environment and the server's name
 * verified. Answers the rows as text; throws with psql's message when it is refused.
 */
export function sqlAs(
  lab: Lab,
  kind: RoleKind,
  place: Place,
  statement: string,
  password = roleOf(lab, kind).password,
): Promise<string> {
  const connection = connectionTo(lab, place, roleOf(lab, kind).name);
  const psql = `psql -XAtqw -v ON_ERROR_STOP=1 -d "${connection}"`;
  const line = `IFS= read -r PGPASSWORD && export PGPASSWORD && exec ${psql}`;
  return lab.shell(place.from, line, `${password}\n${statement}`);
}
