// A node that is taken out of Patroni's hands: its data is replaced, or it leaves the cluster.

import { change, ensure, type Step } from '../engine/step.ts';
import { action } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { noAnswer } from '../host/no-answer.ts';
import { sh } from '../host/script.ts';
import { RefusedError } from '../model/errors.ts';
import type { Instance } from '../model/instance.ts';
import { patroniControl } from '../postgres/control/patroni-control.ts';
import { ifRunning } from '../postgres/psql.ts';
import { isInRecovery } from '../postgres/replication.ts';
import { activeUnits, existing } from '../system/removal.ts';
import { members } from './patroni-query.ts';

/** Ends Patroni and its server, so that neither it nor systemd starts one until somebody says so. Never where it leads. */
export function stopMember(instance: Instance): Step {
  const { unit, config } = instance.patroni;
  return ensure('Stop Patroni', change('patroni.stop', `stop ${unit} and PostgreSQL`, unit), {
    async isRight(host) {
      const [lively, marks, { isRunning }] = await Promise.all([
        host.ask(activeUnits([unit])),
        host.ask(existing([config])),
        host.ask(patroniControl(instance).state),
      ]);
      return lively.length === 0 && (marks.length === 0 || !isRunning);
    },
    async apply(host, report) {
      report('stopping Patroni and PostgreSQL');
      await refuseLeading(host, instance);
      await host.run(action(sh('systemctl disable -q -- "$1" 2>/dev/null || :', unit)));
      await host.run(patroniControl(instance).stop);
    },
  });
}

/** Another node may have stopped leading since it was looked at. A broken server, and a Patroni without etcd, answer nothing. */
async function refuseLeading(host: ReadableHost, instance: Instance): Promise<void> {
  const [inRecovery, seen] = await Promise.all([
    host.ask(ifRunning(instance, isInRecovery(instance))).catch(noAnswer),
    host.ask(members(instance)).catch(noAnswer),
  ]);
  const leads = seen?.some(({ name, isLeader }) => isLeader && name === instance.patroni.member) ?? false;
  if (inRecovery !== false && !leads) return;
  throw new RefusedError({
    what: `${host.name} leads now, so it was not stopped`,
    next: ['see who leads: dbctl status', 'then run the same command again'],
  });
}
