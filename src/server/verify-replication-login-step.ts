import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import { loginAdvice, refusalKind, type RefusalKind } from '../postgres/login-refusal.ts';
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
    const { problem } = login;
    // A primary may be started, and its pg_hba.conf written, on the way.
    const Kind = isPassing(refusalKind(problem)) ? UnverifiedError : RefusedError;
    throw new Kind({
      what: `${node.name} cannot log in on ${primary.name} as ${postgres.replication.name}`,
      why: problem,
      next: loginAdvice({
        problem,
        role: postgres.replication.name,
        node: primary.name,
        repair: 'dbctl init-primary',
      }),
    });
  });

const isPassing = (kind: RefusalKind): boolean => ['unreachable', 'starting', 'hba'].includes(kind);
