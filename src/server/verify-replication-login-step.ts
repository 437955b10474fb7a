import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { tryLogins } from '../postgres/logins.ts';

/** Logs in for replication from the replica's host, before anything is made there. Changes nothing. */
export const verifyReplicationLogin = (cluster: LedCluster, node: Node): Step =>
  check('Verify the replication login', async (host) => {
    const { primary, postgres } = cluster;
    const { binDirectory, files } = instanceOf(cluster, node);
    const caFile = files.authority;
    if ((await host.readFile(caFile)) === undefined) return;
    const target = {
      binDirectory,
      host: primary.host,
      port: primary.port,
      database: postgres.database,
      caFile,
    };
    const [login] = await host.ask(tryLogins(target, [{ role: postgres.replication, replication: true }]));
    if (login?.problem === undefined) return;
    throw new RefusedError({
      what: `${node.name} cannot log in on ${primary.name} as ${postgres.replication.name}`,
      why: login.problem,
      next: [
        'set the password of .env.cluster on the primary: dbctl init-primary',
        `read the log of ${primary.name}: dbctl logs ${primary.name}`,
      ],
    });
  });
