// Where etcd runs.

import { sameHost } from '../model/address.ts';
import type { Machine } from '../model/cluster.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import type { topologyOf } from './topology.ts';

type Placed = Pick<ReturnType<typeof topologyOf>, 'control' | 'etcd' | 'gateways' | 'primary' | 'replicas'>;

const usualCount = 3;

/** Those that the file names; otherwise the control host and the first hosts of nodes by name: another primary changes nothing. */
export function etcdMembers({ control, etcd, primary, replicas }: Placed): readonly Machine[] {
  if (etcd.length > 0) return etcd;
  const nodes = [...(primary ? [primary] : []), ...replicas];
  const byName = nodes
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, host }) => ({ name, host }));
  const all = [...(control && control.host !== 'local' ? [control] : []), ...byName];
  return all
    .filter(({ host }, index) => all.findIndex((one) => sameHost(one.host, host)) === index)
    .slice(0, usualCount);
}

/** etcd needs an odd number of hosts that reach each other, and ports of its own there. */
export function* checkEtcd(settings: Partial<Settings>, placed: Placed): Iterable<Problem> {
  if (settings.CLUSTER_HA !== 'patroni') return;
  const setting = 'ETCD_HOSTS';
  yield* twice(placed.etcd);
  const isGiven = (settings.ETCD_HOSTS ?? []).length > 0;
  const members = etcdMembers(placed);
  if (isGiven && placed.etcd.length === settings.ETCD_HOSTS?.length && members.length % 2 === 0)
    yield {
      setting,
      text: `names ${members.length} hosts: it takes an odd number, because more than half must be up`,
    };
  if (!isGiven && placed.primary !== undefined && members.length < usualCount)
    yield {
      setting,
      text: `is missing: CLUSTER_HA=patroni needs three hosts for etcd, and the nodes and CLUSTER_CONTROL_HOST make ${members.length}`,
    };
  yield* takenPorts(settings, placed, members);
}

function* twice(members: readonly Machine[]): Iterable<Problem> {
  const setting = 'ETCD_HOSTS';
  for (const [index, { name, host }] of members.entries()) {
    const earlier = members.slice(0, index);
    if (earlier.some((one) => sameHost(one.host, host))) yield { setting, text: `${host} is given twice` };
    else if (earlier.some((one) => one.name === name))
      yield { setting, text: `two hosts are called ${name}: write name=${host}` };
  }
}

function* takenPorts(
  settings: Partial<Settings>,
  { primary, replicas }: Placed,
  members: readonly Machine[],
): Iterable<Problem> {
  const { ETCD_CLIENT_PORT: client, ETCD_PEER_PORT: peer } = settings;
  if (client !== undefined && client === peer)
    yield { setting: 'ETCD_PEER_PORT', text: `${peer} is the port of ETCD_CLIENT_PORT` };
  const nodes = [...(primary ? [primary] : []), ...replicas];
  for (const setting of ['ETCD_CLIENT_PORT', 'ETCD_PEER_PORT'] as const) {
    const node = nodes.find(
      ({ host, port }) => port === settings[setting] && members.some((member) => sameHost(member.host, host)),
    );
    if (node) yield { setting, text: `${node.port} is the port of PostgreSQL of ${node.name}` };
  }
}
