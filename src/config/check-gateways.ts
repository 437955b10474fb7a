import { sameHost } from '../model/address.ts';
import { rolePortOf } from '../model/gateways.ts';
import type { Problem } from './problem.ts';
import type { SettingName, Settings } from './settings.ts';
import type { topologyOf } from './topology.ts';

type Placed = Pick<ReturnType<typeof topologyOf>, 'control' | 'gateways' | 'primary' | 'replicas'>;

const portSettings = [
  'HAPROXY_PRIMARY_PORT',
  'HAPROXY_REPLICAS_PORT',
  'HAPROXY_ANY_PORT',
  'HAPROXY_STATISTICS_PORT',
] as const satisfies readonly SettingName[];

/** Gateways need hosts that clients reach, each of them once, and ports of their own there. */
export function* checkGateways(
  settings: Partial<Settings>,
  { control, gateways, primary, replicas }: Placed,
): Iterable<Problem> {
  if (settings.CLUSTER_GATEWAYS === undefined || settings.CLUSTER_GATEWAYS.length === 0) return;
  const setting = 'CLUSTER_GATEWAY_HOSTS';
  if (settings.CLUSTER_GATEWAY_HOSTS?.length === 0 && control?.host === 'local')
    yield { setting, text: 'is missing: there is no CLUSTER_CONTROL_HOST that clients can reach' };
  for (const [index, { name, host }] of gateways.entries()) {
    const earlier = gateways.slice(0, index);
    if (earlier.some((one) => sameHost(one.host, host))) yield { setting, text: `${host} is given twice` };
    else if (earlier.some((one) => one.name === name))
      yield { setting, text: `two hosts are called ${name}: write name=${host}` };
  }
  const machines = gateways.length > 0 ? gateways : control ? [control] : [];
  const nodes = [...(primary ? [primary] : []), ...replicas];
  const here = nodes.filter((node) => machines.some(({ host }) => sameHost(host, node.host)));
  const rolePort = settings.CLUSTER_ROLE_PORT;
  const outside = nodes.find((node) => rolePort !== undefined && !isPort(rolePortOf({ rolePort }, node)));
  if (outside)
    yield {
      setting: 'CLUSTER_ROLE_PORT',
      text: `leaves no port for ${outside.name}: ${rolePort} + ${outside.port} - 5432 is none`,
    };
  const taken = new Map<number, string>(here.map(({ name, port }) => [port, `PostgreSQL of ${name}`]));
  for (const one of portSettings) {
    const port = settings[one];
    if (port === undefined) continue;
    const other = taken.get(port);
    if (other !== undefined) yield { setting: one, text: `${port} is the port of ${other}` };
    taken.set(port, one);
  }
}

const isPort = (port: number): boolean => port >= 1 && port <= 65535;
