import { shortestFailover } from '../../model/patroni.ts';
import { readMachineEntry } from '../readers/host.ts';
import { choice, listOf, port, seconds } from '../readers/reader.ts';
import { setting, type Row } from '../setting.ts';

export const availabilitySettings = {
  CLUSTER_HA: setting(
    choice('none', 'patroni'),
    'What lets a replica take over when the primary is gone: none (a person does), or patroni (Patroni does, with etcd).',
    { fallback: 'none' },
  ),
  ETCD_HOSTS: setting(
    listOf('[name=]host', readMachineEntry),
    'Where etcd runs, in which Patroni keeps who leads: [name=]host, separated by commas; an odd number, of which more than half must be up. Default: the control host and the hosts of nodes, by name, up to three.',
    { fallback: '', example: 'control,pg1,pg2' },
  ),
  ETCD_CLIENT_PORT: setting(port, 'Port of etcd that Patroni connects to.', { fallback: '2379' }),
  ETCD_PEER_PORT: setting(port, 'Port on which the members of etcd talk to each other.', {
    fallback: '2380',
  }),
  FAILOVER_TIMEOUT: setting(
    seconds,
    `Within what time another node leads when the host of the primary is gone, with Patroni: ${shortestFailover} s at least.`,
    { fallback: `${shortestFailover}s` },
  ),
  ENABLE_AUTO_FAILOVER: setting(
    choice('true', 'false'),
    'Whether Patroni lets another node lead by itself; false keeps it paused.',
    { fallback: 'true' },
  ),
  CLUSTER_SYNCHRONOUS: setting(
    choice('off', 'on', 'quorum'),
    'Whether a commit waits until a replica has it: off; on, with Patroni the one replica that it names; quorum, any of them (Patroni 4 and later). Without Patroni on and quorum are the same: any one replica, and commits wait while none is there.',
    { fallback: 'off' },
  ),
  PATRONI_PORT: setting(
    port,
    "Port of Patroni's REST API for a node on port 5432; on 5433 it is the next, and so on.",
    { fallback: '8018' },
  ),
} satisfies Readonly<Record<string, Row>>;
