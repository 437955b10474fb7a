// Whether Patroni lets another node lead by itself, from now on and until somebody says otherwise.

import { onlyOn, type PlanResult } from '../engine/run-plan.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Host } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { activeUnits } from '../system/removal.ts';
import { pauseText, resumeText } from './judge-patroni.ts';
import { isKept } from './patroni.ts';
import { changeShared, members } from './patroni-query.ts';
import { isPaused } from './shared-config-step.ts';

interface Member {
  readonly host: Host;
  readonly instance: Instance;
}

/** Pauses Patroni, or lets it act again. Every member that answers is seen to have read it. */
export async function setPaused(
  cluster: Cluster,
  paused: boolean,
  { changeHosts, confirm }: Pick<ChangeAccess, 'changeHosts' | 'confirm'>,
): Promise<{ readonly result: PlanResult }> {
  refuseWithout(cluster);
  const machines = cluster.nodes.map((node) => ({ ...node, mayBeDown: true }));
  return changeHosts(cluster, machines, async ({ hosts, carryOut }) => {
    const running = await runningMembers(cluster, hosts);
    const [first] = running;
    if (first === undefined) throw nobodyRuns(cluster.nodes);
    const step = keepPaused(running, paused);
    const isToResume = !paused && (await step.diff(first.host)).length > 0;
    if (isToResume && !(await first.host.ask(members(first.instance))).some(({ isLeader }) => isLeader))
      await confirm(
        cluster.name,
        'No node leads: as soon as Patroni acts again, it lets the one lead that has the most WAL of those that it reaches, and what only another one has is lost.',
      );
    return { result: await carryOut([onlyOn(step.title, first.host, () => [step])]) };
  });
}

async function runningMembers({ nodes, ...cluster }: Cluster, hosts: HostSet): Promise<readonly Member[]> {
  const found = await Promise.all(
    nodes.map(async (node) => {
      const [host, instance] = [hosts.get(node.name), instanceOf({ nodes, ...cluster }, node)];
      if (host.unreachable) return [];
      const active = await host.ask(activeUnits([instance.patroni.unit]));
      return active.length > 0 ? { host, instance } : [];
    }),
  );
  return found.flat();
}

/** On one of them: it tells the others. */
const keepPaused = (running: readonly Member[], paused: boolean): Step => {
  const { instance } = running[0]!;
  const isRight = async (): Promise<boolean> => {
    const seen = await Promise.all(running.map((one) => isPaused(one.host, one.instance)));
    return seen.every((one) => one === paused);
  };
  const text = paused ? pauseText : resumeText;
  return ensure(paused ? 'Pause Patroni' : 'Resume Patroni', change('patroni.configure', text, 'pause'), {
    isRight,
    async apply(host, report) {
      await host.run(changeShared(instance, { pause: paused || null }));
      await waitUntil(
        async () => {
          report('waiting until all members have read it');
          return isRight();
        },
        { deadlineMs: 60_000 },
      );
    },
  });
};

function refuseWithout(cluster: Cluster): void {
  if (isKept(cluster)) return;
  throw new RefusedError({
    what: `${cluster.name} has no automatic failover that could be paused: CLUSTER_HA is none`,
    why: 'Without Patroni another node leads only when a person says so.',
    next: [
      'to let Patroni keep the cluster: write CLUSTER_HA=patroni into .env.cluster, then: dbctl up',
      'nothing was changed',
    ],
  });
}

const nobodyRuns = (nodes: readonly Node[]): RefusedError =>
  new RefusedError({
    what: `Patroni runs on none of ${nodes.map(({ name }) => name).join(', ')} that can be asked`,
    next: ['see every node: dbctl status', 'set it up, or start it: dbctl up', 'nothing was changed'],
  });
