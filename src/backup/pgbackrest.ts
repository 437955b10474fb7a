// Where pgBackRest's files, units and directories are on the hosts.

import type { BackupType } from '../model/backup.ts';
import type { Cluster, Machine, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';

/** The account that pgBackRest runs as, on every host. */
export const pgbackrestUser = 'postgres';

/** What the hosts of a cluster have in common. */
export interface PgbackrestFiles {
  readonly directory: string;
  readonly caCertificate: string;
  /** Shown to those who connect to this host's pgBackRest. */
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Shown to the pgBackRest of other hosts. */
  readonly clientCertificate: string;
  readonly clientKey: string;
  /** Configuration of the TLS server. */
  readonly serverConfig: string;
  /** Configuration of the client on the control host. */
  readonly controlConfig: string;
  /** The CA of a foreign S3 endpoint; and of one that is being left. */
  readonly storeCaCertificate: string;
  readonly formerStoreCaCertificate: string;
  /** The TLS server's unit. */
  readonly unit: string;
  readonly logDirectory: string;
  /** The control host's own locks. */
  readonly controlSpool: string;
  /** Held by whatever dbctl lets change the repository: those that come later wait for it. */
  readonly backupLock: string;
  /** The repository, when the control host's disk keeps it. */
  readonly repositoryDirectory: string;
}

export function pgbackrestFiles({ name }: Pick<Cluster, 'name'>): PgbackrestFiles {
  const directory = `/etc/dbctl/${name}/_pgbackrest`;
  return {
    directory,
    caCertificate: `${directory}/ca.crt`,
    serverCertificate: `${directory}/server.crt`,
    serverKey: `${directory}/server.key`,
    clientCertificate: `${directory}/client.crt`,
    clientKey: `${directory}/client.key`,
    serverConfig: `${directory}/server.conf`,
    controlConfig: `${directory}/control.conf`,
    storeCaCertificate: `${directory}/store-ca.crt`,
    formerStoreCaCertificate: `${directory}/former-store-ca.crt`,
    unit: `dbctl-pgbackrest-${name}.service`,
    logDirectory: '/var/log/pgbackrest',
    controlSpool: `/var/spool/pgbackrest/${name}`,
    backupLock: `/var/spool/pgbackrest/${name}.lock`,
    repositoryDirectory: `/var/lib/pgbackrest/${name}`,
  };
}

/** Where the control host writes down how the last backup of a type went. */
export const runNoteOf = (cluster: Pick<Cluster, 'name'>, type: BackupType): string =>
  `${pgbackrestFiles(cluster).controlSpool}/last-${type}`;

/** A node's own configuration: several nodes may share one host. */
export const nodeConfigOf = (cluster: Cluster, node: Node): string =>
  `${instanceOf(cluster, node).dbctlDirectory}/pgbackrest.conf`;

/** A node's queue of WAL to push, and its locks. */
export const nodeSpoolOf = ({ name }: Cluster, node: Node): string =>
  `/var/spool/pgbackrest/${name}-${node.name}`;

/** The common name of a machine's client certificate, by which pgBackRest's servers know it. */
export const clientNameOf = ({ name }: Cluster, machine: Machine): string => `${name}-${machine.name}`;

/** systemd's names for the two long parts of a restore. */
export const restoreUnitOf = ({ name }: Cluster, node: Node): string => `dbctl-restore-${name}-${node.name}`;

export const recoverUnitOf = ({ name }: Cluster, node: Node): string => `dbctl-recover-${name}-${node.name}`;

/** Bytes of waiting WAL after which pgBackRest gives it up, from a node's configuration of it. */
export function queueLimitOf(config: string): number | undefined {
  const [, amount, unit] = /^archive-push-queue-max=(\d+)([GM])iB$/m.exec(config) ?? [];
  return amount === undefined ? undefined : Number(amount) * 1024 ** (unit === 'G' ? 3 : 2);
}
