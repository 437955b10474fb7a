import { sameHost } from './address.ts';
import type { Cluster, Node } from './cluster.ts';
import { nodesOf } from './cluster.ts';

/** Where a node lives on its host, in the layout of Debian's and Ubuntu's postgresql-common. */
export interface Instance {
  readonly version: number;
  /** The name postgresql-common knows it by: "main". */
  readonly name: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly configDirectory: string;
  readonly binDirectory: string;
  /** The systemd unit that really runs the server: "postgresql@17-main.service". */
  readonly unit: string;
  /** Where dbctl keeps the node's certificate, password file and the mark of ownership. */
  readonly dbctlDirectory: string;
  /** How the server's log files begin: "postgresql-17-main". */
  readonly logName: string;
}

export function instanceOf(cluster: Cluster, node: Node): Instance {
  const { version } = cluster.postgres;
  const name = instanceName(cluster, node);
  return {
    version,
    name,
    port: node.port,
    dataDirectory: `/var/lib/postgresql/${version}/${name}`,
    configDirectory: `/etc/postgresql/${version}/${name}`,
    binDirectory: `/usr/lib/postgresql/${version}/bin`,
    unit: `postgresql@${version}-${name}.service`,
    dbctlDirectory: `/etc/dbctl/${cluster.name}/${node.name}`,
    logName: `postgresql-${version}-${name}`,
  };
}

/**
 * The first node of a host is `main`, as everybody expects; further ones carry their own names, without dashes. No node
 * name begins with _, so a further node that is called main has an instance of its own.
 */
function instanceName(cluster: Cluster, node: Node): string {
  const first = nodesOf(cluster).find(({ host }) => sameHost(host, node.host));
  if (first === undefined || first.name === node.name) return 'main';
  return node.name === 'main' ? '_main' : node.name.replaceAll('-', '_');
}
