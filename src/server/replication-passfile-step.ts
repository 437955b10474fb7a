import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { passfileLine } from '../postgres/libpq.ts';
import { Secret } from '../model/secret.ts';
import { ownFile } from '../system/own-file.ts';
import type { Step } from '../engine/step.ts';

export const passfileOf = (cluster: Cluster, node: Node): string =>
  `${instanceOf(cluster, node).dbctlDirectory}/replication.pgpass`;

/** Keeps the password of the replication role where only the postgres user can read it, for every possible primary. */
export function ensureReplicationPassfile(cluster: Cluster, node: Node): Step {
  const { name, password } = cluster.postgres.replication;
  const lines = cluster.nodes.map(({ host, port }) =>
    passfileLine({ host, port, database: '*', user: name, password: password.reveal() }),
  );
  return ownFile('Write the replication password file', {
    path: passfileOf(cluster, node),
    content: new Secret(`${lines.join('\n')}\n`),
    owner: 'postgres:postgres',
    mode: 0o600,
  });
}
