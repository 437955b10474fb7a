// What every node needs, primary or replica, in the order in which it is needed.

import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { ensureBootOrder } from '../postgres/control/boot-order.ts';
import { ensureStartAtBoot } from '../postgres/control/start-at-boot.ts';
import { noteData } from './data-note-step.ts';
import { registerInstance } from './data-directory-step.ts';
import { guardSteps } from './guard-step.ts';
import { ensureHba } from './hba-step.ts';
import { ensureReplicationPassfile } from './replication-passfile-step.ts';
import { reloadSettings } from './reload-settings-step.ts';
import { hardenPostgresShell } from '../system/careful-shell.ts';
import { ensureServerCertificate } from '../pki/server-certificate.ts';
import { ensureSettings } from './settings-step.ts';
import { startPostgres } from './start-postgres-step.ts';

/** What must be there before the data directory is. */
export const credentialSteps = (cluster: LedCluster, node: Node, control: ReadableHost): readonly Step[] => [
  ensureServerCertificate(cluster, node, control),
  ensureReplicationPassfile(cluster, node),
];

/** From a data directory to a server that runs with our settings, and with those that `beforeStart` keeps. */
export function serverSteps(
  cluster: LedCluster,
  node: Node,
  beforeStart: readonly Step[] = [],
): readonly Step[] {
  const instance = instanceOf(cluster, node);
  const as = cluster.replicas.some(({ name }) => name === node.name) ? 'replica' : 'primary';
  // A copy beside the cluster leads nobody, and follows nobody.
  const isMember = [cluster.primary, ...cluster.replicas].some(({ name }) => name === node.name);
  return [
    ensureBootOrder(instance),
    ...(isMember ? guardSteps(cluster, node) : []),
    hardenPostgresShell(),
    registerInstance(instance),
    ensureStartAtBoot(instance),
    noteData(cluster, node),
    ensureSettings(cluster, node),
    ensureHba(cluster, node),
    ...beforeStart,
    startPostgres(instance, as),
    reloadSettings(instance),
  ];
}
