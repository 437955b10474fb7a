import { change, ensure, type Step } from '../engine/step.ts';
import * as v from 'valibot';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { askJson, execute, ifRunning } from '../postgres/psql.ts';
import { identifier, literal } from '../postgres/sql.ts';

/** What pg_rewind calls on its source (PostgreSQL manual, pg_rewind, Notes). */
const functions = [
  'pg_ls_dir(text, boolean, boolean)',
  'pg_stat_file(text, boolean)',
  'pg_read_binary_file(text)',
  'pg_read_binary_file(text, bigint, bigint, boolean)',
];

/** On the primary, without Patroni: the opposite. */
export function revokeRewindRights(cluster: LedCluster): Step {
  const granting = ensureRewindRights(cluster);
  const instance = instanceOf(cluster, cluster.primary);
  const { name } = cluster.postgres.replication;
  return ensure(
    `Undo: ${granting.title}`,
    change('role.rewind', `let ${name} do no more than replicate`, name),
    {
      isRight: async (host) => (await granting.diff(host)).length > 0,
      apply: (host) =>
        host.run(
          execute(
            instance,
            functions.map((one) => `revoke execute on function pg_catalog.${one} from ${identifier(name)}`),
          ),
        ),
    },
  );
}

/** On the primary: lets the replication role, which may copy the data anyway, read files of it, as pg_rewind does. */
export function ensureRewindRights(cluster: LedCluster): Step {
  const instance = instanceOf(cluster, cluster.primary);
  const { name } = cluster.postgres.replication;
  const hasAll = askJson(
    instance,
    `select to_json(coalesce((select bool_and(has_function_privilege(r.oid, f::regprocedure, 'execute'))
       from pg_roles r, unnest(array[${functions.map((one) => literal(`pg_catalog.${one}`)).join(', ')}]) f
       where rolname = ${literal(name)}), false))`,
    (value) => v.parse(v.boolean(), value),
  );
  const what = change('role.rewind', `let ${name} do what pg_rewind does`, name);
  return ensure('Let replicas rewind', what, {
    isRight: async (host) => (await host.ask(ifRunning(instance, hasAll))) ?? false,
    apply: (host) =>
      host.run(
        execute(
          instance,
          functions.map((one) => `grant execute on function pg_catalog.${one} to ${identifier(name)}`),
        ),
      ),
  });
}
