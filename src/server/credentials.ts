import type { Cluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import { serverCertificateOf } from '../pki/server-certificate.ts';

/** What PostgreSQL shows to its clients. */
export const serverCredentials = (cluster: Cluster): readonly ClusterCredential[] =>
  cluster.nodes.map((node) => ({
    what: 'PostgreSQL',
    machine: node,
    place: serverCertificateOf(cluster, node),
    port: { host: node.host, port: node.port, protocol: 'postgres' },
    reader: { kind: 'postgres', instance: instanceOf(cluster, node) },
  }));
