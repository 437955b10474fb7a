import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import { loginAdvice, refusalKind, type RefusalKind } from '../postgres/login-refusal.ts';
import { tryLogins } from '../postgres/logins.ts';

/**
 * Logs in for replication from the replica's host, before anything is made there. Changes nothing. `setsRoles`: whether
 * roles and their passwords are set in the same run.
 */
export const verifyReplicationLogin = (
  cluster: LedCluster,
  node: Node,
  { setsRoles }: { readonly setsRoles: boolean } = { setsRoles: false },
): Step =>
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
    // A primary may be started, its certificate and its pg_hba.conf written, and its roles set up, on the way.
    const kind = refusalKind(problem);
    const Kind = passing.has(kind) || (setsRoles && mendedByRoles.has(kind)) ? UnverifiedError : RefusedError;
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

const passing: ReadonlySet<RefusalKind> = new Set(['unreachable', 'starting', 'certificate', 'hba']);
const mendedByRoles: ReadonlySet<RefusalKind> = new Set(['password', 'role', 'limit']);
