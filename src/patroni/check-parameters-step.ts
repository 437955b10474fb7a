import { check, type Step } from '../engine/step.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { notKeptByPatroni } from '../model/patroni.ts';
import { ifRunning } from '../postgres/psql.ts';
import { existing } from '../system/removal.ts';
import { ownParameters } from './patroni-query.ts';

/** Before Patroni has a server: what stands in its files, by whomever, is what Patroni can start it with. */
export function checkParameters(cluster: Cluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  return check('Check what Patroni can keep', async (host) => {
    if ((await host.ask(existing([instance.patroni.config]))).length > 0) return;
    const own = (await host.ask(ifRunning(instance, ownParameters(instance)))) ?? {};
    // What the file says is checked where it is read, and written before Patroni comes.
    const problems = notKeptByPatroni({ ...own, ...cluster.postgres.parameters });
    if (problems.length === 0) return;
    throw new RefusedError({
      what: `Patroni cannot keep ${node.name} as it is: ${problems.join(', ')}`,
      why: 'With less it starts a server with its own default, and says so in its log only.',
      next: [
        'raise them with POSTGRES_CONF_* in .env.cluster, or in the file of yours that sets them, then: dbctl up --restart',
        'nothing was changed',
      ],
    });
  });
}
