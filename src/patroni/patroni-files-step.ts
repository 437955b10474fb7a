// What Patroni needs on a node's host before it runs there.

import type { Step } from '../engine/step.ts';
import { withoutLibpqVariables } from '../host/systemd.ts';
import type { ReadableHost } from '../host/host.ts';
import { readEtcdPassword } from '../etcd/control-host-step.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { render } from '../model/render.ts';
import { ensureBarrier, joinProgramOf } from '../postgres/control/boot-order.ts';
import { installPackage } from '../system/install-package.ts';
import { ownFile } from '../system/own-file.ts';
import { exists } from '../system/paths.ts';
import { reloadService, serviceState } from '../system/service-step.ts';
import { isKept, nodeConfig, type KeptCluster } from './patroni.ts';

/** The packages, the configuration and the unit. The last one makes systemd's own unit leave the server alone. */
export function ensurePatroniFiles(cluster: KeptCluster, node: Node, control: ReadableHost): readonly Step[] {
  const instance = instanceOf(cluster, node);
  const { patroni, dataDirectory } = instance;
  const join = joinProgramOf(instance);
  return [
    installPackage('patroni'),
    installPackage('python3-etcd'),
    ownFile('Write what moves the server into another unit', {
      path: join,
      content: render('etc/dbctl/cluster/node/join-unit.sh', {}),
      isSealed: true,
    }),
    ownFile("Write Patroni's unit", {
      path: patroni.unitFile,
      content: render('etc/systemd/system/dbctl-patroni.service', {
        cluster: cluster.name,
        node: node.name,
        unset: withoutLibpqVariables,
        config: patroni.config,
        data: dataDirectory,
        configuration: instance.configDirectory,
        join,
      }),
      isSealed: true,
    }),
    ensureBarrier(instance),
    configFile(cluster, node, control),
  ];
}

const configFile = (cluster: KeptCluster, node: Node, control: ReadableHost): Step =>
  ownFile("Write Patroni's configuration", {
    path: instanceOf(cluster, node).patroni.config,
    content: async () => nodeConfig(cluster, node, await readEtcdPassword(cluster, control)),
    owner: 'postgres:postgres',
    mode: 0o600,
  });

/** Where Patroni runs the server already, when a node comes or goes: its configuration knows of all. Nothing without Patroni. */
export function tellMember(cluster: Cluster, node: Node, control: ReadableHost): readonly Step[] {
  if (!isKept(cluster)) return [];
  const { unit, config } = instanceOf(cluster, node).patroni;
  const file = configFile(cluster, node, control);
  return [
    {
      ...file,
      diff: async (host, coming) => ((await host.ask(exists(config))) ? file.diff(host, coming) : []),
      async apply(host, report) {
        await file.apply(host, report);
        if ((await host.ask(serviceState(unit))).isActive) await host.run(reloadService(unit));
      },
    },
  ];
}
