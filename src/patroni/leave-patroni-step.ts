// The way back: Patroni ends, and its servers go on as systemd's, with the files that they had.

import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { action } from '../host/command.ts';
import { script } from '../host/script.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { patroniSlotOf } from '../model/slot.ts';
import { barrierOf, joinProgramOf, takeBack } from '../postgres/control/boot-order.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { execute, ifRunning } from '../postgres/psql.ts';
import { dropSlot } from '../postgres/replication.ts';
import { activeUnits, existing, stopUnits } from '../system/removal.ts';
import { removeParts } from '../system/removal-step.ts';
import { idleSlots, pause } from './patroni-query.ts';
import { isPaused } from './shared-config-step.ts';

/** On a member: nobody is to lead in place of another while Patroni ends, and no server is to stop with it. */
export function pausePatroni(instance: Instance): Step {
  return ensure('Pause Patroni', change('patroni.pause', 'pause Patroni'), {
    isRight: async (host) =>
      (await host.ask(activeUnits([instance.patroni.unit]))).length === 0 || (await isPaused(host, instance)),
    async apply(host) {
      await host.run(pause(instance));
      await waitUntil(() => isPaused(host, instance), { deadlineMs: 60_000 });
    },
  });
}

export function stopPatroni({ patroni }: Instance): Step {
  const { unit } = patroni;
  return ensure('Stop Patroni', change('unit.stop', `stop ${unit}: PostgreSQL goes on`, unit), {
    isRight: async (host) => (await host.ask(activeUnits([unit]))).length === 0,
    apply: (host) => host.run(stopUnits([unit])),
  });
}

export function returnServer(instance: Instance): Step {
  const marks = [barrierOf(instance), instance.patroni.config];
  return ensure(
    'Give the server back to systemd',
    change('patroni.leave', 'give the server back to systemd'),
    {
      isRight: async (host) => (await host.ask(existing(marks))).length === 0,
      apply: (host) => host.run(takeBack(instance)),
    },
  );
}

/** When the server follows by what stands in postgresql.auto.conf, or leads. */
export function restoreConfiguration(instance: Instance): Step {
  const { configDirectory, dataDirectory, patroni } = instance;
  const base = `${configDirectory}/postgresql.base.conf`;
  const own = [base, `${dataDirectory}/patroni.dynamic.json`, patroni.passfile];
  return ensure(
    'Put postgresql.conf back',
    change('patroni.restore', "put the server's own postgresql.conf back"),
    {
      isRight: async (host) => (await host.ask(existing(own))).length === 0,
      async apply(host) {
        await host.run(
          action(
            script('postgres/restore-configuration.sh', configDirectory, dataDirectory, patroni.passfile),
          ),
        );
        if (await host.ask(acceptsConnections(instance)))
          await host.run(execute(instance, ['select pg_reload_conf()']));
      },
    },
  );
}

/** Those that Patroni kept for its members, on any node. */
export function dropMemberSlots(cluster: LedCluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const idle = ifRunning(instance, idleSlots(instance, cluster.nodes.map(patroniSlotOf)));
  return ensure(
    "Drop the slots of Patroni's members",
    change('slot.drop', "drop the slots of Patroni's members"),
    {
      isRight: async (host) => ((await host.ask(idle)) ?? []).length === 0,
      async apply(host) {
        for (const slot of (await host.ask(idle)) ?? []) await host.run(dropSlot(instance, slot));
      },
    },
  );
}

export const removePatroni = (instance: Instance): Step =>
  removeParts('Remove Patroni', { paths: [instance.patroni.unitFile, joinProgramOf(instance)] });
