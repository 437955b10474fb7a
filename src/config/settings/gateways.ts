import { readMachineEntry } from '../readers/host.ts';
import { listOf, port } from '../readers/reader.ts';
import { readGateway } from '../readers/gateway.ts';
import { setting, type Row } from '../setting.ts';

export const gatewaySettings = {
  CLUSTER_GATEWAYS: setting(
    listOf('haproxy', readGateway),
    'Programs that lead clients to the right node: haproxy. Default: none, and clients name every node.',
    { fallback: '', example: 'haproxy' },
  ),
  CLUSTER_GATEWAY_HOSTS: setting(
    listOf('[name=]host', readMachineEntry),
    'Where the gateways run: [name=]host, separated by commas; nodes and the control host may be among them. Default: the control host.',
    { fallback: '', example: 'gw1=10.0.0.21,gw2=10.0.0.22' },
  ),
  HAPROXY_PRIMARY_PORT: setting(port, 'Port of HAProxy that leads to the primary.', { fallback: '5000' }),
  HAPROXY_REPLICAS_PORT: setting(port, 'Port of HAProxy that leads to the replicas.', { fallback: '5001' }),
  HAPROXY_ANY_PORT: setting(port, 'Port of HAProxy that leads to any node.', { fallback: '5002' }),
  HAPROXY_STATISTICS_PORT: setting(
    port,
    'Port of the statistics and metrics of HAProxy, on the gateway host itself alone.',
    { fallback: '7000' },
  ),
  CLUSTER_ROLE_PORT: setting(
    port,
    'Port on which a node on port 5432 tells the gateways its role; on 5433 it is the next, and so on.',
    { fallback: '8008' },
  ),
} satisfies Readonly<Record<string, Row>>;
