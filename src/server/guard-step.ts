// What a node asks the others before its server starts as a primary: a host that was off or cut off may come back after
// another node took over.

import { change, ensure, type Step } from '../engine/step.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { render } from '../model/render.ts';
import { slotNameOf } from '../model/slot.ts';
import { ensureAskedFirst } from '../postgres/control/boot-order.ts';
import { guardDropInOf } from '../postgres/control/systemd-control.ts';
import { conninfo } from '../postgres/libpq.ts';
import { ownFile } from '../system/own-file.ts';
import { existing, removePaths } from '../system/removal.ts';
import { passfileOf } from './replication-passfile-step.ts';

/** Of a cluster of one node there is nobody to ask. */
export function guardSteps(cluster: Cluster, node: Node): readonly Step[] {
  const instance = instanceOf(cluster, node);
  const { dbctlDirectory, version, name } = instance;
  const [dropIn, program, peers] = [
    guardDropInOf(instance),
    `${dbctlDirectory}/guard.sh`,
    `${dbctlDirectory}/peers`,
  ];
  if (cluster.nodes.length === 1) return [removeGuard([dropIn, program, peers])];
  return [
    ownFile('Write whom a returning primary asks', {
      path: peers,
      content: peersText(cluster, node),
      isSealed: true,
      isShown: true,
    }),
    ownFile('Write what a returning primary asks', {
      path: program,
      content: render('etc/dbctl/cluster/node/guard.sh', {
        cluster: cluster.name,
        node: `${cluster.name}/${node.name}`,
        bin: instance.binDirectory,
        data: instance.dataDirectory,
        instance: `${version}-${name}`,
        peers,
      }),
      isSealed: true,
      isShown: true,
    }),
    ensureAskedFirst(instance, program),
  ];
}

/** For each other node its slot, its address, and how to log in there; passwords are in the password file. */
function peersText(cluster: Cluster, node: Node): string {
  const { files } = instanceOf(cluster, node);
  const lines = cluster.nodes
    .filter(({ name }) => name !== node.name)
    // Whoever leads.
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((peer) => {
      const login = conninfo({
        host: peer.host,
        port: String(peer.port),
        user: cluster.postgres.replication.name,
        passfile: passfileOf(cluster, node),
        application_name: 'dbctl_guard',
        sslmode: 'verify-full',
        sslrootcert: files.authority,
        channel_binding: 'require',
        connect_timeout: '3',
        replication: 'true',
      });
      return [peer.name, slotNameOf(peer), peer.host, peer.port, login].join('|');
    });
  return ['# name|slot|host|port|login', ...lines, ''].join('\n');
}

const removeGuard = (paths: readonly string[]): Step =>
  ensure(
    'Remove what asks other nodes before a start',
    change('file.remove', `remove ${paths[0]}`, paths[0]),
    {
      isRight: async (host) => (await host.ask(existing(paths))).length === 0,
      apply: (host) => host.run(removePaths(paths)),
    },
  );
