import type { Cluster, Node } from './cluster.ts';

/** Where a node lives on its host, in the layout of Debian's and Ubuntu's postgresql-common. */
export interface Instance {
  readonly version: number;
  /** The name postgresql-common knows it by: "main". */
  readonly name: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly configDirectory: string;
  readonly binDirectory: string;
  /** Where dbctl keeps the node's certificate, password file and the mark of ownership. */
  readonly dbctlDirectory: string;
  /** Its note of whose data directory it is: "shop/pg1". */
  readonly ownerNote: string;
  readonly files: ServerFiles;
  /** How the server's log files begin: "postgresql-17-main". */
  readonly logName: string;
}

/** What dbctl writes for a server to read. */
export interface ServerFiles {
  readonly settings: string;
  /** Read after the settings; there once backups are set up. */
  readonly archiving: string;
  readonly hba: string;
  /** The CA's certificate. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export function instanceOf(cluster: Cluster, node: Node): Instance {
  const { version } = cluster.postgres;
  const name = instanceName(node);
  const configDirectory = `/etc/postgresql/${version}/${name}`;
  const dbctlDirectory = `/etc/dbctl/${cluster.name}/${node.name}`;
  return {
    version,
    name,
    port: node.port,
    dataDirectory: `/var/lib/postgresql/${version}/${name}`,
    configDirectory,
    binDirectory: `/usr/lib/postgresql/${version}/bin`,
    dbctlDirectory,
    ownerNote: `${dbctlDirectory}/owner`,
    files: {
      settings: `${configDirectory}/conf.d/dbctl.conf`,
      archiving: `${configDirectory}/conf.d/dbctl_backup.conf`,
      hba: `${configDirectory}/pg_hba.conf`,
      authority: `${dbctlDirectory}/ca.crt`,
      certificate: `${dbctlDirectory}/server.crt`,
      key: `${dbctlDirectory}/server.key`,
    },
    logName: `postgresql-${version}-${name}`,
  };
}

/**
 * On PostgreSQL's own port it is `main`, as everybody expects; elsewhere it carries the node's name, without dashes. It
 * follows from the node alone: a promotion or a node less on the host must not give it the data of another. No node name
 * begins with _, so a node that is called main and is not on that port has an instance of its own.
 */
function instanceName({ name, port }: Node): string {
  if (port === 5432) return 'main';
  return name === 'main' ? '_main' : name.replaceAll('-', '_');
}
