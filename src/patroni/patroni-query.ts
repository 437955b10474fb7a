// What Patroni is asked and told on a node's host.

import * as v from 'valibot';
import { sh } from '../host/script.ts';
import { query, type Action, type Query } from '../host/command.ts';
import type { Instance } from '../model/instance.ts';
import { askPatroni, patronictl } from '../postgres/control/patroni-control.ts';
import { askJson } from '../postgres/psql.ts';
import { literal } from '../postgres/sql.ts';
import type { MemberSeen } from './judge-patroni.ts';
import { sharedParameters } from './patroni.ts';

const Member = v.object({
  Member: v.string(),
  Role: v.string(),
  State: v.string(),
  'Pending restart': v.optional(v.string()),
  'Pending restart reason': v.optional(v.string()),
});

/** The members that etcd knows. Fails when etcd does not answer. */
export const members = ({ patroni }: Instance): Query<readonly MemberSeen[]> =>
  query(
    askPatroni(patroni.config, ['list', '-f', 'json']),
    (stdout) =>
      v.parse(v.array(Member), JSON.parse(stdout)).map((one) => ({
        name: one.Member,
        isLeader: ['Leader', 'Standby Leader'].includes(one.Role),
        state: one.State,
        isPending: Boolean(one['Pending restart']) && !isOnlyTheName(one['Pending restart reason']),
      })),
    { asUser: 'postgres' },
  );

/** A server that Patroni took over has its own name until it restarts, and nothing depends on that. */
const isOnlyTheName = (reason = ''): boolean =>
  reason !== '' && reason.split('\n').every((line) => line.startsWith('cluster_name:'));

/** Changes parts of what all members share. */
export const changeShared = (instance: Instance, patch: object): Action =>
  patronictl(instance, ['edit-config', '--quiet', '--force', '--apply', '-', instance.patroni.scope], {
    stdin: `${JSON.stringify(patch)}\n`,
  });

export const pause = (instance: Instance): Action =>
  patronictl(instance, ['pause', '--wait', instance.patroni.scope]);

export const switchTo = (instance: Instance, from: string, to: string): Action =>
  patronictl(instance, [
    'switchover',
    '--force',
    '--leader',
    from,
    '--candidate',
    to,
    instance.patroni.scope,
  ]);

/** When nobody leads. */
export const failOverTo = (instance: Instance): Action =>
  patronictl(instance, [
    'failover',
    '--force',
    '--candidate',
    instance.patroni.member,
    instance.patroni.scope,
  ]);

/** What the files of a server say, without what Patroni has written there. */
export const ownParameters = (instance: Instance): Query<Readonly<Record<string, string>>> =>
  askJson(
    instance,
    `select json_object_agg(name, coalesce((
       select setting from pg_file_settings f
       where lower(f.name) = s.name and not (sourcefile ~ '/postgresql[.]conf$'
         and exists (select from pg_file_settings where sourcefile ~ '/postgresql[.]base[.]conf$'))
       order by seqno desc limit 1), boot_val))
     from pg_settings s where name in (${sharedParameters.map(literal).join(', ')})`,
    (value) => v.parse(v.record(v.string(), v.string()), value),
  );

/** "4.0.7": of the program, or of the package that would be installed; undefined where nobody knows yet. */
export const patroniVersion: Query<string | undefined> = query(
  sh(
    'patroni --version 2>/dev/null || LC_ALL=C apt-cache policy patroni 2>/dev/null | sed -n "s/^ *Candidate: //p"',
  ),
  (stdout) => /\d[\d.]*/.exec(stdout)?.[0],
);

const SynchronousFacts = v.object({ names: v.string(), streaming: v.number(), confirming: v.number() });

/** Whether commits wait for a replica, how many could confirm them, and how many do. */
export const synchronousFacts = (instance: Instance): Query<v.InferOutput<typeof SynchronousFacts>> =>
  askJson(
    instance,
    `select json_build_object('names', current_setting('synchronous_standby_names'),
       'streaming', count(*) filter (where state = 'streaming'),
       'confirming', count(*) filter (where sync_state in ('sync', 'quorum'))) from pg_stat_replication`,
    (value) => v.parse(SynchronousFacts, value),
  );

export const startedAt = (instance: Instance): Query<string> =>
  askJson(instance, 'select to_json(pg_postmaster_start_time())', (value) => v.parse(v.string(), value));

/** Whom a replica follows through which slot, and whether it streams. */
export const streamsThrough = (instance: Instance): Query<string | null> =>
  askJson(
    instance,
    `select coalesce((select to_json(slot_name) from pg_stat_wal_receiver where status = 'streaming'), 'null')`,
    (value) => v.parse(v.nullable(v.string()), value),
  );

/** Slots by these names that nobody uses. */
export const idleSlots = (instance: Instance, names: readonly string[]): Query<readonly string[]> =>
  askJson(
    instance,
    `select coalesce(json_agg(slot_name), '[]') from pg_replication_slots
     where not active and slot_type = 'physical' and slot_name in (${names.map(literal).join(', ')})`,
    (value) => v.parse(v.array(v.string()), value),
  );
