// What every node needs, primary or replica, in the order in which it is needed.

import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { keepBootOrder } from '../postgres/control/boot-order.ts';
import { registerInstance } from './data-directory-step.ts';
import { keepHba } from './hba-step.ts';
import { keepReplicationPassfile } from './replication-passfile-step.ts';
import { reloadSettings } from './reload-settings-step.ts';
import { keepShellCareful } from '../system/careful-shell.ts';
import { keepServerCertificate } from '../pki/server-certificate.ts';
import { keepSettings } from './settings-step.ts';
import { startPostgres } from './start-postgres-step.ts';

/** What must be there before the data directory is. */
export const credentialSteps = (cluster: Cluster, node: Node, control: ReadableHost): readonly Step[] => [
  keepServerCertificate(cluster, node, control),
  keepReplicationPassfile(cluster, node),
];

/** From a data directory to a server that runs with our settings, and with those that `beforeStart` keeps. */
export function serverSteps(
  cluster: Cluster,
  node: Node,
  beforeStart: readonly Step[] = [],
): readonly Step[] {
  const instance = instanceOf(cluster, node);
  return [
    keepBootOrder(instance),
    keepShellCareful(),
    registerInstance(instance),
    keepSettings(cluster, node),
    keepHba(cluster, node),
    ...beforeStart,
    startPostgres(instance),
    reloadSettings(instance),
  ];
}
