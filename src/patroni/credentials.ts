import type { Cluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { restPortOf } from '../model/patroni.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import { serverCertificateOf } from '../pki/server-certificate.ts';

/** Patroni's REST API shows the certificate of PostgreSQL, and keeps it in memory. */
export const patroniCredentials = (cluster: Cluster): readonly ClusterCredential[] =>
  cluster.nodes.flatMap((node) => {
    const { patroni } = cluster;
    if (patroni === undefined) return [];
    return {
      what: 'Patroni',
      machine: node,
      place: serverCertificateOf(cluster, node),
      port: { host: node.host, port: restPortOf(patroni, node), protocol: 'tls' as const },
      reader: { kind: 'unit' as const, unit: instanceOf(cluster, node).patroni.unit, judges: false },
    };
  });
