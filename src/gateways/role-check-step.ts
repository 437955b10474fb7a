import { hostsOf, type Cluster, type Node } from '../model/cluster.ts';
import { rolePortOf, type Gateways } from '../model/gateways.ts';
import { instanceOf } from '../model/instance.ts';
import { render } from '../model/render.ts';
import type { Step } from '../engine/step.ts';
import { withoutLibpqVariables } from '../host/systemd.ts';
import { ownFile } from '../system/own-file.ts';
import { addressesOf } from '../system/resolve.ts';
import { ensureService } from '../system/service-step.ts';
import { roleCheckFiles } from './role-check.ts';

/** Keeps the port open on which a node tells gateways its role, and nobody else. */
export function ensureRoleCheck(cluster: Cluster, gateways: Gateways, node: Node): readonly Step[] {
  const files = roleCheckFiles(cluster, node);
  const { binDirectory, port } = instanceOf(cluster, node);
  const names = { cluster: cluster.name, node: node.name };
  return [
    ownFile('Write what tells the role', {
      path: files.script,
      content: async (host) =>
        render('etc/dbctl/cluster/node/role.sh', {
          cluster: cluster.name,
          gateways: (await host.ask(addressesOf(askersOf(cluster, gateways)))).toSorted().join(' '),
          max_lag: String(cluster.lagLimits.maxSeconds),
          bin: binDirectory,
          port: String(port),
        }),
      isSealed: true,
    }),
    ownFile('Write the service that tells the role', {
      path: files.serviceFile,
      content: render('etc/systemd/system/dbctl-role@.service', {
        ...names,
        unset: withoutLibpqVariables,
        script: files.script,
      }),
      isSealed: true,
    }),
    ownFile('Write the port that tells the role', {
      path: files.socketFile,
      content: render('etc/systemd/system/dbctl-role.socket', {
        ...names,
        port: String(rolePortOf(gateways, node)),
      }),
      isSealed: true,
    }),
    ensureService('Open the port that tells the role', {
      unit: files.socket,
      startFiles: [files.socketFile, files.serviceFile],
      reloadFiles: [],
    }),
  ];
}

/** Every address that a gateway may come from: one on the node's own host comes over loopback, or from one of its addresses. */
const askersOf = ({ nodes }: Cluster, { machines }: Gateways): readonly string[] => [
  '127.0.0.1',
  '::1',
  ...machines.flatMap((machine) => hostsOf(nodes.find(({ name }) => name === machine.name) ?? machine)),
];
