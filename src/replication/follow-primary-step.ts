import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { conninfo, parseConninfo } from '../postgres/libpq.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { passfileOf } from '../server/replication-passfile-step.ts';
import { replicaFacts } from '../postgres/replication.ts';
import { readControl } from '../postgres/control/control-of.ts';

/** How a replica connects to the primary: TLS with the name verified, the password in a file, dead peers noticed. */
export const primaryConnection = (cluster: LedCluster, node: Node): Readonly<Record<string, string>> => ({
  host: cluster.primary.host,
  port: String(cluster.primary.port),
  user: cluster.postgres.replication.name,
  passfile: passfileOf(cluster, node),
  application_name: node.name,
  sslmode: 'verify-full',
  sslrootcert: instanceOf(cluster, node).files.authority,
  channel_binding: 'require',
  connect_timeout: '10',
  keepalives_idle: '10',
  keepalives_interval: '5',
  keepalives_count: '3',
  tcp_user_timeout: '25000',
});

/** Keeps a running replica pointed at the primary of .env.cluster, through its own slot. */
export function ensureFollowing(cluster: LedCluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const wanted = primaryConnection(cluster, node);
  const slot = slotNameOf(node);
  async function isFollowing(host: ReadableHost): Promise<boolean> {
    const facts = await host.ask(replicaFacts(instance));
    const found = parseConninfo(facts.primaryConninfo);
    const isSame = Object.entries(wanted).every(([name, value]) => found.get(name) === value);
    return isSame && facts.primarySlotName === slot;
  }

  const text = `follow ${cluster.primary.name} as ${node.name} through slot ${slot}`;
  return ensure('Follow the primary', change('replication.follow', text, cluster.primary.name), {
    ...serverLogTail(instance),
    // What is not there yet is cloned with the same settings.
    isRight: async (host) => !(await host.ask(acceptsConnections(instance))) || isFollowing(host),
    async apply(host) {
      const parameters = { primary_conninfo: conninfo(wanted), primary_slot_name: slot };
      const control = await readControl(host, instance);
      for (const action of control.setParameters(parameters)) await host.run(action);
      await waitUntil(() => isFollowing(host), { deadlineMs: 10_000 });
    },
  });
}
