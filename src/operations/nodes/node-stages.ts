// What every node needs, primary or replica, in the order in which it is needed.

import type { Cluster, Node } from '../../cluster/cluster.ts';
import { instanceOf } from '../../cluster/instance.ts';
import type { Step } from '../../engine/step.ts';
import type { ReadableHost } from '../../remote/host.ts';
import { keepBootOrder } from '../../steps/server/boot-order.ts';
import { registerInstance } from '../../steps/server/data-directory.ts';
import { keepHba } from '../../steps/server/hba.ts';
import { keepReplicationPassfile } from '../../steps/replica/replication-passfile.ts';
import { reloadSettings } from '../../steps/server/reload-settings.ts';
import { keepShellCareful } from '../../steps/careful-shell.ts';
import { keepServerCertificate } from '../../steps/certificates/server-certificate.ts';
import { keepSettings } from '../../steps/server/settings.ts';
import { startPostgres } from '../../steps/server/start-postgres.ts';

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
