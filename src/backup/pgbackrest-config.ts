// Lines of pgBackRest's configuration. No comment may stand behind a value: pgBackRest takes it for a part of the value.

import { isIP } from 'node:net';
import { bracketed, sameHost } from '../model/address.ts';
import {
  bucketOf,
  isOnControlHost,
  isOwnStore,
  repositoriesOf,
  type Backup,
  type RepositoryTarget,
} from '../model/backup.ts';
import { type Cluster, type Machine, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { clientNameOf, nodeConfigOf, pgbackrestFiles } from './pgbackrest.ts';

type Options = Readonly<Record<string, string | undefined>>;

const prefixed = (prefix: string, options: Options): string =>
  Object.entries(options)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${prefix}-${name}=${value}`]))
    .join('\n');

/** Where every repository is, as seen from a machine of the cluster, and what it is encrypted with. */
export const repositoryLines = (cluster: Cluster, backup: Backup, from: Machine): string =>
  repositoriesOf(backup)
    .map((target, index) =>
      prefixed(`repo${index + 1}`, {
        ...(bucketOf(target) ? bucketOptions(cluster, target, index) : posixOptions(cluster, backup, from)),
        'cipher-type': 'aes-256-cbc',
        'cipher-pass': target.cipherPass.reveal(),
      }),
    )
    .join('\n');

/** How backups are stored, and how many are kept: for the host that makes them. */
export const keepingLines = (backup: Backup): string =>
  repositoriesOf(backup)
    .map(({ retention }, index) =>
      prefixed(`repo${index + 1}`, {
        bundle: 'y',
        'retention-full': String(retention.full),
        'retention-diff': String(retention.diff),
      }),
    )
    .join('\n');

function bucketOptions(cluster: Cluster, target: RepositoryTarget, index: number): Options {
  const bucket = bucketOf(target)!;
  const files = pgbackrestFiles(cluster);
  const foreignCa = index === 0 ? files.storeCaCertificate : files.formerStoreCaCertificate;
  const ofS3 = bucket.kind === 's3' && bucket.caCertificateFile !== undefined ? foreignCa : undefined;
  return {
    type: 's3',
    path: '/pgbackrest',
    's3-bucket': bucket.bucket,
    ...endpointOf(cluster, target),
    'storage-port': String(bucket.port),
    's3-region': bucket.region,
    's3-uri-style': bucket.uriStyle,
    'storage-ca-file': bucket.kind === 's3' ? ofS3 : files.caCertificate,
    's3-key': bucket.accessKey.reveal(),
    's3-key-secret': bucket.secretKey.reveal(),
  };
}

/** pgBackRest writes an IPv6 address without brackets into the Host header, which is no host: a store of our own has a name. */
function endpointOf(cluster: Cluster, { repository }: RepositoryTarget): Options {
  const { host } = bucketOf({ repository })!;
  if (isIP(host) === 6 && isOwnStore(repository))
    return { 's3-endpoint': cluster.control.name, 'storage-host': bracketed(host) };
  return { 's3-endpoint': bracketed(host) };
}

function posixOptions(cluster: Cluster, { tlsPort }: Backup, from: Machine): Options {
  const files = pgbackrestFiles(cluster);
  if (sameHost(from.host, cluster.control.host)) return { type: 'posix', path: files.repositoryDirectory };
  return {
    path: files.repositoryDirectory,
    host: cluster.control.host,
    'host-type': 'tls',
    'host-port': String(tlsPort),
    'host-config': files.controlConfig,
    'host-ca-file': files.caCertificate,
    'host-cert-file': files.clientCertificate,
    'host-key-file': files.clientKey,
  };
}

/** How the control host reaches every node; pgBackRest finds out itself which one is the primary. */
export const nodeLines = (cluster: Cluster, backup: Backup): string =>
  cluster.nodes.map((node, index) => linesOfNode(cluster, backup, node, `pg${index + 1}`)).join('\n');

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
  return prefixed(prefix, options);
}

/** Who may connect to a machine's TLS server, each by one line: the control host; for its own repository, the nodes. */
export function clientLines(cluster: Cluster, backup: Backup, server: Machine): string {
  const isControl = sameHost(server.host, cluster.control.host);
  const dataClients = isControl && isOnControlHost(backup) ? dataMachines(cluster) : [];
  return [...(isControl ? [] : [cluster.control]), ...dataClients]
    .map((client) => `tls-server-auth=${clientNameOf(cluster, client)}=${backup.stanza}`)
    .join('\n');
}

/** The machines that nodes run on, each once, without the control host. */
export const dataMachines = (cluster: Cluster): readonly Machine[] =>
  cluster.nodes.filter(
    (node, index, all) =>
      !sameHost(node.host, cluster.control.host) &&
      all.findIndex(({ host }) => sameHost(host, node.host)) === index,
  );

/**
 * The machines that others connect to: those of the nodes, and the one that keeps the repository itself. Nobody has to
 * reach a control host that every node runs on, and pgBackRest starts no server without clients.
 */
export const serverMachines = (cluster: Cluster, backup: Backup): readonly Machine[] => [
  ...(isOnControlHost(backup) && dataMachines(cluster).length > 0 ? [cluster.control] : []),
  ...dataMachines(cluster),
];

/** The machines that connect to others. */
export const clientMachines = (cluster: Cluster, backup: Backup): readonly Machine[] => {
  const elsewhere = dataMachines(cluster);
  return [...(elsewhere.length > 0 ? [cluster.control] : []), ...(isOnControlHost(backup) ? elsewhere : [])];
};
