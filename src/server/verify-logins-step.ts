import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { ifRunning } from '../postgres/psql.ts';
import { loginAdvice } from '../postgres/login-refusal.ts';
import { tryLogins, type Login, type LoginResult } from '../postgres/logins.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';

/** Logs in as every role but these over TCP, with the certificate's name verified. Changes nothing. */
export function verifyLogins(cluster: Cluster, node: Node, except: readonly string[] = []): Step {
  const instance = instanceOf(cluster, node);
  const { database, admin, writer, reader, replication } = cluster.postgres;
  const all: readonly Login[] = [
    ...[admin, writer, reader].map((role) => ({ role })),
    { role: replication, replication: true },
  ];
  const logins = all.filter(({ role }) => !except.includes(role.name));
  const target = {
    binDirectory: instance.binDirectory,
    host: node.host,
    port: node.port,
    database,
    caFile: instance.files.authority,
  };

  const verify = async (host: ReadableHost): Promise<void> => {
    const results = (await host.ask(ifRunning(instance, tryLogins(target, logins)))) ?? [];
    const refused = results.filter(({ problem }) => problem !== undefined);
    if (refused.length > 0) throw loginsRefused(host.name, refused);
  };
  return check('Verify every login', verify, serverLogTail(instance));
}

const loginsRefused = (host: string, refused: readonly LoginResult[]): UnverifiedError =>
  new UnverifiedError({
    what: `${refused.map(({ role }) => role).join(', ')} cannot log in on ${host}`,
    why: refused.map(({ role, problem }) => `${role}: ${problem}`).join('\n'),
    next: [
      ...new Set(
        refused.flatMap(({ role, problem = '' }) =>
          loginAdvice({ problem, role, node: host, repair: 'dbctl init-primary' }),
        ),
      ),
    ],
  });
