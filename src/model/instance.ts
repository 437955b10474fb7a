import type { Cluster, Node } from './cluster.ts';

/** Where a node lives on its host, in the layout of Debian's and Ubuntu's postgresql-common. */
export function instanceOf(cluster: Cluster, node: Node) {
  const { version } = cluster.postgres;
  const name = instanceName(node);
  const configDirectory = `/etc/postgresql/${version}/${name}`;
  const dbctlDirectory = `/etc/dbctl/${cluster.name}/${node.name}`;
  return {
    version,
    /** The name postgresql-common knows it by: "main". */
    name,
    port: node.port,
    dataDirectory: `/var/lib/postgresql/${version}/${name}`,
    configDirectory,
    binDirectory: `/usr/lib/postgresql/${version}/bin`,
    /** Where dbctl keeps the node's certificate, password file and the mark of ownership. */
    dbctlDirectory,
    /** Its note of whose data directory it is: "shop/pg1". */
    ownerNote: `${dbctlDirectory}/owner`,
    /** What dbctl writes for the server to read. */
    files: {
      settings: `${configDirectory}/conf.d/dbctl.conf`,
      /** Read after the settings; there once backups are set up. */
      archiving: `${configDirectory}/conf.d/dbctl_backup.conf`,
      /** Read last; only a copy of a cluster has it. */
      copy: `${configDirectory}/conf.d/dbctl_copy.conf`,
      hba: `${configDirectory}/pg_hba.conf`,
      /** The CA's certificate. */
      authority: `${dbctlDirectory}/ca.crt`,
      certificate: `${dbctlDirectory}/server.crt`,
      key: `${dbctlDirectory}/server.key`,
    },
    /** Where Patroni has its part of the node. */
    patroni: {
      /** Whether the file says that it runs the server. */
      isWanted: cluster.patroni !== undefined,
      config: `${dbctlDirectory}/patroni.yml`,
      unit: `dbctl-patroni-${cluster.name}-${node.name}.service`,
      unitFile: `/etc/systemd/system/dbctl-patroni-${cluster.name}-${node.name}.service`,
      /** It writes this itself, so that the server can log in on the primary. */
      passfile: `/var/lib/postgresql/.dbctl-patroni-${cluster.name}-${node.name}`,
      scope: cluster.name,
      member: node.name,
      /** What ends the server when Patroni cannot. */
      lease: {
        script: `${dbctlDirectory}/lease.sh`,
        unit: `dbctl-lease-${cluster.name}-${node.name}.service`,
        unitFile: `/etc/systemd/system/dbctl-lease-${cluster.name}-${node.name}.service`,
      },
    },
    /** How the server's log files begin: "postgresql-17-main". */
    logName: `postgresql-${version}-${name}`,
  };
}

export type Instance = ReturnType<typeof instanceOf> & {
  /** Where the data directory leads to when it is a link, once somebody has asked. */
  readonly realDirectory?: string | undefined;
};

/**
 * On PostgreSQL's own port it is `main`, as everybody expects; elsewhere it carries the node's name, without dashes. It
 * follows from the node alone: a promotion or a node less on the host must not give it the data of another. No node name
 * begins with _, so a node that is called main and is not on that port has an instance of its own.
 */
function instanceName({ name, port }: Node): string {
  if (port === 5432) return 'main';
  return name === 'main' ? '_main' : name.replaceAll('-', '_');
}
