// A lab's cables: one bridge on the machine, one veth pair and network namespace per host.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  addressIn,
  gatewayOf,
  hardwareAddressOf,
  machineNetnsOf,
  machineVethOf,
  type Lab,
  type LabHost,
} from './lab.ts';
import { run, exitCodeOf } from './run.ts';

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** The interface that leads outside, if any, and the largest packet it takes. */
export async function wayOut(): Promise<{ readonly device: string | undefined; readonly mtu: number }> {
  const routes = JSON.parse((await run(['ip', '-j', '-4', 'route', 'show', 'default'])) || '[]') as Route[];
  const device = routes[0]?.dev;
  const mtu = device === undefined ? 1500 : Number(readFileSync(`/sys/class/net/${device}/mtu`, 'utf8'));
  return { device, mtu };
}

/** Every IPv4 network and address that this machine has or knows a way to, the default route aside. */
export async function takenNetworks(): Promise<readonly string[]> {
  const routes = JSON.parse(
    (await run(['ip', '-j', '-4', 'route', 'show', 'table', 'all'])) || '[]',
  ) as Route[];
  return [...new Set(routes.map(({ dst }) => dst).filter((dst) => dst !== 'default'))];
}

export const interfaceExists = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

export const netnsExists = (name: string): boolean => existsSync(`/run/netns/${name}`);

/** Is the machine's end of a host's cable plugged in and up? */
export const isLinkUp = ({ veth }: LabHost): boolean =>
  interfaceExists(veth) && (Number(readFileSync(`/sys/class/net/${veth}/flags`, 'utf8')) & 1) === 1;

/** Plugs the machine's end in again. */
export const plugIn = ({ bridge }: Lab, { veth }: LabHost): Promise<string> =>
  run(['ip', 'link', 'set', veth, 'master', bridge, 'up']);

/** Answers whether there was something to do. */
export async function ensureBridge(lab: Lab, mtu: number): Promise<boolean> {
  const { bridge, network } = lab;
  const netns = machineNetnsOf(lab);
  if (interfaceExists(bridge) && (netns === undefined || netnsExists(netns))) return false;
  if (interfaceExists(bridge)) await removeNetwork([bridge, machineVethOf(lab)], []);
  const address = `addr add ${gatewayOf(network)}/24 dev`;
  await ipBatch([
    `link add ${bridge} address ${hardwareAddressOf(bridge)} mtu ${mtu} type bridge`,
    // A machine answers for any address it has on any interface: also for another lab's, which is the same here.
    netns === undefined ? `${address} ${bridge}` : `link set ${bridge} arp off`,
    `link set ${bridge} up`,
  ]);
  if (netns === undefined) return true;

  // The bridge has no address, so the machine itself knows no way into this network.
  await addNamespace(netns, { bridge, veth: machineVethOf(lab), peer: 'lab0', mtu });
  await ipBatch(['link set lo up', `${address} lab0`, 'link set lab0 up'], netns);
  return true;
}

interface Cable {
  readonly bridge: string;
  readonly veth: string;
  readonly peer: string;
  readonly mtu: number;
}

/** A network namespace with a cable to the bridge. */
async function addNamespace(netns: string, { bridge, veth, peer, mtu }: Cable): Promise<void> {
  await run(['ip', 'netns', 'add', netns]);
  const end = `peer name ${peer} netns ${netns} address ${hardwareAddressOf(netns)} mtu ${mtu}`;
  await ipBatch([
    `link add ${veth} address ${hardwareAddressOf(veth)} mtu ${mtu} type veth ${end}`,
    `link set ${veth} master ${bridge} up`,
  ]);
}

/** A host's namespace with its address in it. Only an online host gets a way out of the lab. */
export async function connectHost(lab: Lab, { veth, netns, address }: LabHost, mtu: number): Promise<void> {
  await addNamespace(netns, { bridge: lab.bridge, veth, peer: 'host0', mtu });
  const routes = lab.online ? [`route add default via ${gatewayOf(lab.network)}`] : [];
  await ipBatch(
    [
      'link set lo up',
      `addr add ${address}/24 broadcast ${addressIn(lab.network, 255)} dev host0`,
      'link set host0 up',
      ...routes,
    ],
    netns,
  );
}

/** Removes interfaces and namespaces, as far as they are there. */
export async function removeNetwork(
  interfaces: readonly string[],
  namespaces: readonly string[],
): Promise<void> {
  for (const name of interfaces.filter(interfaceExists)) await run(['ip', 'link', 'delete', name]);
  for (const name of namespaces.filter(netnsExists)) await run(['ip', 'netns', 'delete', name]);
}

async function ipBatch(lines: readonly string[], netns?: string): Promise<void> {
  const inside = netns === undefined ? [] : ['-n', netns];
  await run(['ip', ...inside, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

const forwarding = '/proc/sys/net/ipv4/ip_forward';

export const isForwarding = (): boolean => readFileSync(forwarding, 'utf8').trim() === '1';

export const setForwarding = (on: boolean): void => writeFileSync(forwarding, on ? '1' : '0');

const commentOf = (lab: string): string => `dbctl-lab-${lab}`;

/** What a rule of a lab is found by. */
const markOf = (lab: string): readonly string[] => ['-m', 'comment', '--comment', commentOf(lab)];

/** Adds what is missing. Forward rules go first: a firewall that drops by default stands in the way otherwise. */
export async function openWayOut({ name, network, bridge }: Lab, device: string): Promise<void> {
  const comment = markOf(name);
  await ensureRule('nat', ['POSTROUTING', '-s', network, '-o', device, ...comment, '-j', 'MASQUERADE']);
  await ensureRule('filter', ['FORWARD', '-i', bridge, '-o', device, ...comment, '-j', 'ACCEPT']);
  await ensureRule('filter', ['FORWARD', '-i', device, '-o', bridge, ...comment, '-j', 'ACCEPT']);
  setForwarding(true);
}

const iptables = (table: string, netns?: string): readonly string[] => [
  ...(netns === undefined ? [] : ['nsenter', `--net=/run/netns/${netns}`]),
  ...['iptables', '-w', '-t', table],
];

async function ensureRule(table: string, rule: readonly string[], netns?: string): Promise<void> {
  if ((await exitCodeOf([...iptables(table, netns), '-C', ...rule])) === 0) return;
  await run([...iptables(table, netns), '-I', ...rule]);
}

/** Removes every rule of a lab, on this machine or in a host's namespace. Answers whether there was one. */
export async function removeRules(lab: string, netns?: string): Promise<boolean> {
  let found = false;
  for (const table of ['nat', 'filter']) {
    for (const rule of rulesOf(lab, await run([...iptables(table, netns), '-S']))) {
      await run([...iptables(table, netns), '-D', ...rule]);
      found = true;
    }
  }
  return found;
}

/** Lets nothing pass on a host's cable that these words of a rule describe: "INPUT", "-p", "tcp". */
export const dropOn = (
  lab: string,
  { netns }: LabHost,
  [chain, ...words]: readonly [Way, ...string[]],
): Promise<void> =>
  ensureRule('filter', [chain, way[chain], 'host0', ...words, ...markOf(lab), '-j', 'DROP'], netns);

const way = { INPUT: '-i', OUTPUT: '-o' } as const;

export type Way = keyof typeof way;

/** The arguments of each rule with the lab's comment, from `iptables -S`. */
export const rulesOf = (lab: string, listing: string): readonly (readonly string[])[] =>
  listing
    .split('\n')
    .map((line) => line.split(' ').map((word) => word.replaceAll('"', '')))
    .filter((words) => words[0] === '-A' && words[words.indexOf('--comment') + 1] === commentOf(lab))
    .map((words) => words.slice(1));
