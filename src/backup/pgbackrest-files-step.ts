// pgBackRest's configuration on every host that has a part in backups.

import { isIP } from 'node:net';
import type { Backup } from '../model/backup.ts';
import { isAtLeast } from '../model/version.ts';
import type { Cluster, Machine, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, nodeSpoolOf, pgbackrestFiles } from './pgbackrest.ts';
import { walLimitOf } from '../server/parameters.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { render } from '../model/render.ts';
import { coresOf, walDisk } from '../server/host-facts-query.ts';
import { pgbackrestVersion } from './pgbackrest-query.ts';
import { clientLines, keepingLines, nodeLines, repositoryLines } from './pgbackrest-config.ts';
import { ownFile } from '../system/own-file.ts';

const owned = { owner: 'postgres:postgres', mode: 0o600, isSealed: true } as const;

/** Keeps a node's configuration: where its WAL goes, and how it is restored. */
export const ensureNodeConfig = (cluster: Cluster, backup: Backup, node: Node): Step =>
  ownFile("Write the node's pgBackRest configuration", {
    path: nodeConfigOf(cluster, node),
    content: (host) => nodeConfigText(cluster, backup, node, host),
    ...owned,
  });

/** A node's configuration, as its host wants it. */
export async function nodeConfigText(
  cluster: Cluster,
  backup: Backup,
  node: Node,
  host: ReadableHost,
): Promise<string> {
  const instance = instanceOf(cluster, node);
  const [{ bytes }, cores] = await Promise.all([host.ask(walDisk(instance)), host.ask(coresOf())]);
  return render('etc/dbctl/cluster/node/pgbackrest.conf', {
    ...commonValues(cluster, backup, node),
    node: node.name,
    path: nodeConfigOf(cluster, node),
    spool: nodeSpoolOf(cluster, node),
    queue: walLimitOf(bytes).replace('B', 'iB'),
    restore_processes: String(cores),
    data_directory: instance.dataDirectory,
    port: String(node.port),
  });
}

/** Keeps the configuration of the client on the control host, which runs the backups. */
export const ensureControlConfig = (cluster: Cluster, backup: Backup): Step =>
  ownFile("Write the control host's pgBackRest configuration", {
    path: pgbackrestFiles(cluster).controlConfig,
    content: (host) => controlConfigText(cluster, backup, host),
    ...owned,
  });

/** The control host's configuration, as that host wants it. */
export async function controlConfigText(
  cluster: Cluster,
  backup: Backup,
  host: ReadableHost,
): Promise<string> {
  const files = pgbackrestFiles(cluster);
  const [version = '0', cores] = await Promise.all([host.ask(pgbackrestVersion()), host.ask(coresOf())]);
  return render('etc/dbctl/cluster/_pgbackrest/control.conf', {
    ...commonValues(cluster, backup, cluster.control),
    cluster: cluster.name,
    path: files.controlConfig,
    spool: files.controlSpool,
    keeping: keepingLines(backup),
    // Before 2.54 a missing replica would fail the backup.
    standby: `backup-standby=${isAtLeast(version, '2.54') ? 'prefer' : 'n'}`,
    processes: String(Math.max(2, Math.ceil(cores / 4))),
    nodes: nodeLines(cluster, backup),
  });
}

/** Keeps the configuration of a machine's TLS server. */
export const ensureServerConfig = (cluster: Cluster, backup: Backup, machine: Machine): Step => {
  const files = pgbackrestFiles(cluster);
  return ownFile("Write the TLS server's configuration", {
    path: files.serverConfig,
    content: render('etc/dbctl/cluster/_pgbackrest/server.conf', {
      cluster: cluster.name,
      address: listensOn(machine),
      port: String(backup.tlsPort),
      ca_file: files.caCertificate,
      certificate_file: files.serverCertificate,
      key_file: files.serverKey,
      clients: clientLines(cluster, backup, machine),
      log_directory: files.logDirectory,
    }),
    ...owned,
  });
};

/** An address of the file may only lead to the host, where it has others: it cannot be listened on. */
export const listensOn = ({ host, otherAddresses = [] }: Machine & Pick<Node, 'otherAddresses'>): string => {
  if (otherAddresses.length === 0) return host;
  return [host, ...otherAddresses].some((one) => isIP(one) === 6) ? '::' : '*';
};

const commonValues = (cluster: Cluster, backup: Backup, from: Machine) => ({
  stanza: backup.stanza,
  repository: repositoryLines(cluster, backup, from),
  common: [
    'compress-type=zst',
    `log-path=${pgbackrestFiles(cluster).logDirectory}`,
    'log-level-file=info',
    'log-level-console=info',
  ].join('\n'),
});
