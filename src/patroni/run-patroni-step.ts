import { change, type Report, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { action } from '../host/command.ts';
import { sh } from '../host/script.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { newestChange } from '../system/paths.ts';
import { reloadService, serviceState } from '../system/service-step.ts';
import { members, startedAt } from './patroni-query.ts';

/** An election, and the start of a program in Python, on a machine that is busy; milliseconds. */
const patienceMs = 120_000;

/**
 * Lets Patroni run the server from now on; a running server goes on, with its connections. The primary must be first: a
 * replica that found nobody leading would lead.
 */
export function runPatroni(cluster: LedCluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const { unit, unitFile, config } = instance.patroni;
  const isPrimary = node.name === cluster.primary.name;

  async function look(host: ReadableHost) {
    const [{ isActive, isEnabled, loadedAt }, changedAt] = await Promise.all([
      host.ask(serviceState(unit)),
      host.ask(newestChange([config, unitFile])),
    ]);
    return { runs: isActive && isEnabled, mustReload: isActive && changedAt > loadedAt };
  }

  return {
    title: 'Run the server with Patroni',
    ...unitJournalTail(unit),

    async diff(host) {
      const { runs, mustReload } = await look(host);
      if (!runs) return [change('patroni.run', `let Patroni run ${node.name}`, node.name)];
      return mustReload ? [change('unit.reload', `reload ${unit}`, unit)] : [];
    },

    async apply(host, report) {
      if ((await look(host)).runs) return host.run(reloadService(unit));
      if (!isPrimary) await refuseWithoutLeader(host, cluster, node);
      const before = await host.ask(ifRunning(instance, startedAt(instance)));
      await host.run(enableUnit(unit));
      // One that ran, and would not at the next boot.
      if ((await look(host)).mustReload) await host.run(reloadService(unit));
      await untilMember(host, { instance, node, isPrimary }, report);
      const after = await host.ask(ifRunning(instance, startedAt(instance)));
      if (before !== undefined && after !== before) throw restarted(node, unit);
    },
  };
}

/** The unit of the distribution must know first that the server is no longer its own. */
const enableUnit = (unit: string) =>
  action(sh('systemctl daemon-reload && systemctl enable -q --now -- "$1"', unit), { timeoutMs: 120_000 });

async function refuseWithoutLeader(host: Host, cluster: LedCluster, node: Node): Promise<void> {
  const seen = await host.ask(members(instanceOf(cluster, node)));
  const leader = seen.find(({ isLeader }) => isLeader)?.name;
  if (leader === cluster.primary.name) return;
  throw new RefusedError({
    what: `Patroni was not started on ${node.name}: it knows ${leader === undefined ? 'no leader' : `${leader} as the leader`}, and ${cluster.primary.name} leads`,
    why: 'A member that finds nobody leading lets its own server lead.',
    next: [
      `see what Patroni says on ${cluster.primary.name}: dbctl logs ${cluster.primary.name}`,
      'then run the same command again',
    ],
  });
}

interface Awaited {
  readonly instance: Instance;
  readonly node: Node;
  readonly isPrimary: boolean;
}

async function untilMember(
  host: ReadableHost,
  { instance, node, isPrimary }: Awaited,
  report: Report,
): Promise<void> {
  let state = 'not there';
  const isMember = await waitUntil(
    async () => {
      report(`waiting until Patroni knows ${node.name} (${state})`);
      const seen = (await host.ask(members(instance))).find(({ name }) => name === instance.patroni.member);
      state = seen?.state ?? 'not there';
      return ['running', 'streaming'].includes(state) && seen?.isLeader === isPrimary;
    },
    { deadlineMs: patienceMs, longestPauseMs: 2000 },
  );
  if (isMember) return;
  throw new UnverifiedError({
    what: `Patroni on ${node.name} does not have its server in hand: ${state}`,
    next: [`read its journal: dbctl logs ${node.name}`, 'then run the same command again: it is safe'],
  });
}

const restarted = ({ name }: Node, unit: string): UnverifiedError =>
  new UnverifiedError({
    what: `PostgreSQL on ${name} was restarted while Patroni took it over, which was not meant`,
    next: [`see why, on ${name}: journalctl -u ${unit}`],
  });
