// Lines of pgBackRest's configuration. No comment may stand behind a value: pgBackRest takes it for a part of the value.

import { sameHost } from '../cluster/address.ts';
import { bucketOf, type Backup, type PosixRepository } from '../cluster/backup.ts';
import { nodesOf, type Cluster, type Machine, type Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import { clientNameOf, nodeConfigOf, pgbackrestFiles } from '../cluster/pgbackrest.ts';

const lines = (options: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(options)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('\n');

/** Where the repository is, as seen from a machine of the cluster. */
export function repositoryLines(cluster: Cluster, backup: Backup, from: Machine): string {
  const bucket = bucketOf(backup);
  if (bucket === undefined) return posixLines(cluster, backup, from);
  const files = pgbackrestFiles(cluster);
  const foreignCa = bucket.kind === 's3' ? bucket.caCertificateFile && files.storeCaCertificate : undefined;
  return lines({
    'repo1-type': 's3',
    'repo1-path': '/pgbackrest',
    'repo1-s3-bucket': bucket.bucket,
    'repo1-s3-endpoint': bucket.host,
    'repo1-storage-port': String(bucket.port),
    'repo1-s3-region': bucket.region,
    'repo1-s3-uri-style': bucket.uriStyle,
    'repo1-storage-ca-file': bucket.kind === 's3' ? foreignCa : files.caCertificate,
    'repo1-s3-key': bucket.accessKey.reveal(),
    'repo1-s3-key-secret': bucket.secretKey.reveal(),
  });
}

function posixLines(cluster: Cluster, { tlsPort }: Backup, from: Machine): string {
  const files = pgbackrestFiles(cluster);
  if (sameHost(from.host, cluster.control.host)) {
    return lines({ 'repo1-type': 'posix', 'repo1-path': files.repositoryDirectory });
  }
  return lines({
    'repo1-host': cluster.control.host,
    'repo1-host-type': 'tls',
    'repo1-host-port': String(tlsPort),
    'repo1-host-config': files.controlConfig,
    'repo1-host-ca-file': files.caCertificate,
    'repo1-host-cert-file': files.clientCertificate,
    'repo1-host-key-file': files.clientKey,
  });
}

/** How the control host reaches every node; pgBackRest finds out itself which one is the primary. */
export const nodeLines = (cluster: Cluster, backup: Backup): string =>
  nodesOf(cluster)
    .map((node, index) => linesOfNode(cluster, backup, node, `pg${index + 1}`))
    .join('\n');

function linesOfNode(cluster: Cluster, { tlsPort }: Backup, node: Node, prefix: string): string {
  const files = pgbackrestFiles(cluster);
  const isHere = sameHost(node.host, cluster.control.host);
  const remote = {
    host: node.host,
    'host-type': 'tls',
    'host-port': String(tlsPort),
    'host-config': nodeConfigOf(cluster, node),
    'host-ca-file': files.caCertificate,
    'host-cert-file': files.clientCertificate,
    'host-key-file': files.clientKey,
  };
  const options = {
    ...(isHere ? {} : remote),
    path: instanceOf(cluster, node).dataDirectory,
    port: String(node.port),
    'socket-path': '/var/run/postgresql',
    user: 'postgres',
  };
  return lines(
    Object.fromEntries(Object.entries(options).map(([name, value]) => [`${prefix}-${name}`, value])),
  );
}

/** Who may connect to a machine's TLS server, each by one line: the control host; for its own repository, the nodes. */
export function clientLines(cluster: Cluster, { stanza, repository }: Backup, server: Machine): string {
  const isControl = sameHost(server.host, cluster.control.host);
  const clients = [
    ...(isControl ? [] : [cluster.control]),
    ...(isControl && servesRepository(repository) ? dataMachines(cluster) : []),
  ];
  return clients.map((client) => `tls-server-auth=${clientNameOf(cluster, client)}=${stanza}`).join('\n');
}

const servesRepository = ({ kind }: Backup['repository']): boolean =>
  kind === ('posix' satisfies PosixRepository['kind']);

/** The machines that nodes run on, each once, without the control host. */
export const dataMachines = (cluster: Cluster): readonly Machine[] =>
  nodesOf(cluster).filter(
    (node, index, all) =>
      !sameHost(node.host, cluster.control.host) &&
      all.findIndex(({ host }) => sameHost(host, node.host)) === index,
  );
