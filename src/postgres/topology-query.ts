// Who leads, asked of every host at once: one round trip each, bounded in time. A host that is down is a fact.

import * as v from 'valibot';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import { query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { DbctlError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { script } from '../host/script.ts';
import { topologyOf, type NodeData, type NodeSight, type Topology } from '../model/topology.ts';
import { historyFileOf, parseHistory } from '../model/timeline-history.ts';
import { roleOfState } from './start.ts';
import { timelineSql } from './timeline.ts';
import { fieldsIn } from '../model/answers.ts';

const Answer = v.object({
  isInRecovery: v.boolean(),
  timeline: v.number(),
  systemIdentifier: v.string(),
  lsn: v.nullable(v.string()),
  since: v.nullable(v.string()),
  upstream: v.nullable(v.string()),
  history: v.nullable(v.string()),
  isStreaming: v.boolean(),
});

// The history of a timeline is written when a server begins it: for a leader, when it was promoted.
const sql = `select json_build_object(
  'isInRecovery', pg_is_in_recovery(),
  'timeline', tli,
  'systemIdentifier', (select system_identifier::text from pg_control_system()),
  'lsn', case when pg_is_in_recovery() then greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
         else pg_current_wal_flush_lsn() end,
  'since', case when not pg_is_in_recovery() then (select modification from
     pg_stat_file('pg_wal/' || upper(lpad(to_hex(tli), 8, '0')) || '.history', true)) end,
  'upstream', case when pg_is_in_recovery() then coalesce((select sender_host from pg_stat_wal_receiver),
     substring(current_setting('primary_conninfo') from 'host=''?([^'' ]+)')) end,
  'history', pg_read_file('pg_wal/' || upper(lpad(to_hex(tli), 8, '0')) || '.history', 0, 1048576, true),
  'isStreaming', exists (select from pg_stat_wal_receiver where status = 'streaming'))
from (select ${timelineSql} as tli) now`;

/** What a host knows of one of its nodes. The script waits for no server longer than a few seconds. */
export function nodeSight(cluster: Cluster, node: Node): Query<NodeSight> {
  const { binDirectory, port, dataDirectory, dbctlDirectory } = instanceOf(cluster, node);
  const words = [binDirectory, String(port), dataDirectory, `${dbctlDirectory}/owner`, sql];
  return query(script('postgres/observe-node.sh', ...words), (stdout) =>
    parseSight(node, `${cluster.name}/${node.name}`, stdout),
  );
}

/** `owner` is the note of this very node. */
export function parseSight(node: Node, owner: string, stdout: string): NodeSight {
  const { of } = fieldsIn(stdout);
  if (of('server') === '') return { node, state: 'bare' };
  if (of('owner') !== owner) return { node, state: 'another' };
  if (of('server') === 'silent') return stoppedSight(node, of('standby') === 'yes', stdout);
  const { isInRecovery, since, history, ...data } = v.parse(
    Answer,
    JSON.parse(stdout.trimEnd().split('\n').at(-1)!),
  );
  const isoSince = since && new Date(since).toISOString();
  return {
    node,
    state: isInRecovery ? 'replica' : 'primary',
    data: { ...data, ancestors: parseHistory(history ?? ''), since: isoSince, isStandby: isInRecovery },
  };
}

function stoppedSight(node: Node, hasSignal: boolean, stdout: string): NodeSight {
  const control = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, 'm').exec(stdout)?.[1]?.trim();
  const was = roleOfState(control('Database cluster state') ?? '');
  const isStandby = hasSignal || was === 'replica';
  const histories = [...stdout.matchAll(/^history=([0-9A-F]{8})\.history$/gm)];
  const timeline = Math.max(
    Number(control("Latest checkpoint's TimeLineID")),
    Number(control("Min recovery ending loc's timeline")),
    ...(isStandby ? [] : histories.map(([, digits]) => Number.parseInt(digits!, 16))),
  );
  const history = stdout.matchAll(new RegExp(`^${historyFileOf(timeline)}: (.*)$`, 'gm'));
  const systemIdentifier = control('Database system identifier');
  if (systemIdentifier === undefined) {
    const isDamaged = /^control=damaged$/m.test(stdout);
    return { node, state: 'stopped', problem: `its control file is ${isDamaged ? 'damaged' : 'gone'}` };
  }
  const data: NodeData = {
    timeline,
    ancestors: parseHistory([...history].map(([, line]) => line).join('\n')),
    isStandby,
    was,
    systemIdentifier,
    lsn: control('Latest checkpoint location') ?? null,
    since: null,
    upstream: null,
    isStreaming: false,
  };
  return { node, state: 'stopped', data };
}

/** Asks every node; each host is logged in on for itself. */
export async function readTopology(cluster: Cluster, login: LoginOptions): Promise<Topology> {
  const asked = await askMachines(cluster, cluster.nodes, login, (host, node) => look(cluster, node, host));
  return seenNow(
    asked.map(({ answer, problem }, index) => answer ?? unreachable(cluster.nodes[index]!, problem ?? '')),
  );
}

/** The same over connections that are there already. */
export const readTopologyOn = async (cluster: Cluster, hosts: Pick<HostSet, 'get'>): Promise<Topology> =>
  seenNow(await Promise.all(cluster.nodes.map((node) => look(cluster, node, hosts.get(node.name)))));

async function look(cluster: Cluster, node: Node, host: ReadableHost): Promise<NodeSight> {
  try {
    return await host.ask(nodeSight(cluster, node));
  } catch (error) {
    if (!(error instanceof DbctlError)) throw error;
    return unreachable(node, error.message);
  }
}

const unreachable = (node: Node, problem: string): NodeSight => ({ node, state: 'unreachable', problem });

const seenNow = (nodes: readonly NodeSight[]): Topology => topologyOf(nodes, new Date().toISOString());
