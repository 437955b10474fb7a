// Who is where: nodes and control host, checked against each other.

import { canonical, sameHost } from '../model/address.ts';
import { hostsOf, type Machine, type Node } from '../model/cluster.ts';
import { gather, InvalidValue, type Problem } from './problem.ts';
import { nameAfter, nodeFrom, type NodeEntry } from './readers/host.ts';
import { settings as table, type SettingName, type Settings } from './settings.ts';

/** Places every node. Works with the settings there are, so that all problems are found at once. */
export function topologyOf(settings: Partial<Settings>) {
  const problems: Problem[] = [];
  const defaultPort = settings.POSTGRES_PORT ?? Number(table.POSTGRES_PORT.fallback);
  const each = <Value>(
    setting: SettingName,
    entries: readonly (NodeEntry | undefined)[] | undefined,
    make: (entry: NodeEntry) => readonly Value[],
  ): readonly Value[] =>
    (entries ?? []).flatMap((entry) => (entry && gather(problems, { setting }, () => make(entry))) ?? []);
  const toNode = (entry: NodeEntry): readonly Node[] => {
    const node = nodeFrom(entry, defaultPort);
    const others = (settings.CLUSTER_NODE_ADDRESSES ?? []).filter(({ name }) => name === node.name);
    return [others.length > 0 ? { ...node, otherAddresses: others.map(({ address }) => address) } : node];
  };

  const [primary] = each('CLUSTER_DB_PRIMARY_HOST', [settings.CLUSTER_DB_PRIMARY_HOST], toNode);
  const replicas = each('CLUSTER_DB_REPLICA_HOSTS', settings.CLUSTER_DB_REPLICA_HOSTS, toNode);
  const nodes = primary ? [primary, ...replicas] : replicas;
  problems.push(...duplicateNodes(nodes), ...addressesOfNobody(settings, nodes));
  const isWhole = primary !== undefined && settings.CLUSTER_DB_REPLICA_HOSTS?.length === replicas.length;
  const probed = each('CLUSTER_DB_HOSTS', isWhole ? settings.CLUSTER_DB_HOSTS : [], (entry) =>
    nodesMeantBy(entry, nodes, defaultPort),
  );
  const [control] = each('CLUSTER_CONTROL_HOST', [settings.CLUSTER_CONTROL_HOST], (entry) => [
    controlMachine(entry, nodes),
  ]);
  const gateways = each('CLUSTER_GATEWAY_HOSTS', settings.CLUSTER_GATEWAY_HOSTS, (entry) => [
    gatewayMachine(entry, nodes, control),
  ]);
  const etcd = each('ETCD_HOSTS', settings.ETCD_HOSTS, (entry) => [
    etcdMachine(entry, [...nodes, ...(control ? [control] : []), ...gateways]),
  ]);
  const chosen = nodes.filter((node) => probed.includes(node));
  return {
    primary,
    replicas,
    probed: chosen.length > 0 ? chosen : nodes,
    control,
    gateways,
    etcd,
    problems,
  };
}

function* duplicateNodes(nodes: readonly Node[]): Iterable<Problem> {
  const places = new Set<string>();
  const names = new Map<string, Node>();
  for (const node of nodes) {
    const place = `${canonical(node.host)} ${node.port}`;
    // A replication slot is named after the node and has no dashes.
    const name = node.name.replaceAll('-', '_');
    const namesake = names.get(name);
    const setting = 'CLUSTER_DB_REPLICA_HOSTS';
    if (places.has(place)) yield { setting, text: `${node.host}:${node.port} is given twice` };
    else if (namesake) {
      yield {
        setting,
        text: `${describe(namesake)} and ${describe(node)} need different names: write name=host`,
      };
    }
    places.add(place);
    names.set(name, node);
  }
}

function* addressesOfNobody(
  { CLUSTER_NODE_ADDRESSES: given = [] }: Partial<Settings>,
  nodes: readonly Node[],
): Iterable<Problem> {
  const setting = 'CLUSTER_NODE_ADDRESSES';
  for (const { name, address } of given) {
    if (nodes.every((node) => node.name !== name))
      yield {
        setting,
        text: `${name} is not a node of the cluster; the nodes are ${nodes.map(describe).join(', ')}`,
      };
    const other = nodes.find(
      (node) => node.name !== name && hostsOf(node).some((host) => sameHost(host, address)),
    );
    if (other) yield { setting, text: `${address} is an address of ${other.name} already` };
  }
}

const describe = ({ name, host, port }: Node): string => `${name} (${host}:${port})`;

/** By name, by host:port, by host on the usual port, by host on any port: the first that is found. */
function nodesMeantBy(entry: NodeEntry, nodes: readonly Node[], defaultPort: number): readonly Node[] {
  const named = nodes.filter(({ name }) => entry.port === undefined && name === entry.host);
  const there = nodes.filter(
    (node) => sameHost(node.host, entry.host) && (entry.name === undefined || node.name === entry.name),
  );
  const onPort = there.filter(({ port }) => port === (entry.port ?? defaultPort));
  const found = [named, onPort, entry.port === undefined ? there : []].find(({ length }) => length > 0);
  if (found) return found;
  const port = entry.port === undefined ? '' : `:${entry.port}`;
  throw new InvalidValue(
    `${entry.host}${port} is not a node of the cluster; the nodes are ${nodes.map(describe).join(', ')}`,
  );
}

/** `local`, a node by its name or host, or a machine of its own. */
const controlMachine = (entry: NodeEntry, nodes: readonly Node[]): Machine =>
  machineAmong(entry, entry.host === 'local' ? [] : nodes, nodes);

/** A node or the control host by name or host, or a machine of its own. */
function gatewayMachine(entry: NodeEntry, nodes: readonly Node[], control: Machine | undefined): Machine {
  const known = control === undefined ? nodes : [...nodes, control];
  const machine = machineAmong(entry, known, known);
  if (machine.host === 'local')
    throw new InvalidValue('must be addresses that clients can reach: `local` is none');
  return machine;
}

/** A machine of the cluster by name or host, or one of its own. */
function etcdMachine(entry: NodeEntry, known: readonly Machine[]): Machine {
  const machine = machineAmong(entry, known, known);
  if (machine.host === 'local')
    throw new InvalidValue('must be addresses that the nodes can reach: `local` is none');
  return machine;
}

/** One of the known machines by its name or host, or a machine of its own, which has no name of `taken`. */
function machineAmong(
  { name, host }: NodeEntry,
  known: readonly Machine[],
  taken: readonly Machine[],
): Machine {
  const found = known.find((one) => (name === undefined && one.name === host) || sameHost(one.host, host));
  if (found) return { name: found.name, host: found.host };
  const machine = { name: name ?? nameAfter(host), host };
  const namesake = taken.find((one) => one.name === machine.name && !sameHost(one.host, host));
  if (namesake)
    throw new InvalidValue(`${machine.name} is already the node at ${namesake.host}; write name=${host}`);
  return machine;
}
