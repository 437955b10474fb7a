import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import { change, ensure, type Report, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { action } from '../host/command.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { sh } from '../host/script.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { newestChange } from '../system/paths.ts';
import { serviceState } from '../system/service-step.ts';
import { etcdFiles, peerUrlOf } from './etcd.ts';
import { beginningOf, firstStartText, quorumOf, type ListedMember } from './member-list.ts';
import { memberSight } from './member-query.ts';
import { wasSetUp } from './control-host-step.ts';

/** A host of a member, besides the one that a step is about. */
export type Others = readonly ReadableHost[];

/** Milliseconds. Members wait for each other, and a host may stand still for a while. */
const patienceMs = 120_000;

/** Starts a member that has data, or begins with all others; one that has to be taken in waits for that. */
export function startEtcd(
  cluster: Cluster,
  etcd: Etcd,
  machine: Machine,
  { others, control }: { readonly others: Others; readonly control: ReadableHost },
): Step {
  const { unit, firstStart } = etcdFiles(cluster);
  const beginning = async (host: ReadableHost) => {
    const [{ hasData }, list, wasThere] = await Promise.all([
      host.ask(memberSight(cluster, etcd)),
      listFrom(cluster, etcd, others),
      wasSetUp(cluster, control),
    ]);
    const how = beginningOf(etcd, machine, hasData, list);
    if (how === 'new' && wasThere) throw dataLost(machine);
    return { how, list };
  };
  return ensure('Start etcd', change('unit.start', `start ${unit}`, unit), {
    ...unitJournalTail(unit),
    async isRight(host) {
      const { isActive, isEnabled } = await host.ask(serviceState(unit));
      if (isActive && isEnabled) return true;
      return (await beginning(host)).how === 'joins';
    },
    async apply(host, report) {
      const { how, list } = await beginning(host);
      if (how === 'new') {
        const all = etcd.members.map((one) => ({ name: one.name, peerUrl: peerUrlOf(etcd, one) }));
        await host.writeFile(firstStart, firstStartText(cluster.name, 'new', all), publicly);
      }
      if (how === 'listed') await writeExisting(cluster, etcd, machine, host, list!);
      await startAndWait(cluster, etcd, host, report);
    },
  });
}

const dataLost = ({ name }: Machine): RefusedError =>
  new RefusedError({
    what: `etcd on ${name} has no data, and too few of the other members are well to give it theirs`,
    why: 'Members without data would begin anew, and contradict those that still have it.',
    next: [
      'bring more than half of the members up first, then: dbctl up',
      'if their data is lost for good: docs/etcd.md, When a member is lost',
    ],
  });

const publicly = { owner: 'root:root', mode: 0o644 } as const;

/** What a member without data is told, when the others expect it. */
export async function writeExisting(
  cluster: Cluster,
  etcd: Etcd,
  machine: Machine,
  host: Host,
  list: readonly ListedMember[],
): Promise<void> {
  const own = { name: machine.name, peerUrl: peerUrlOf(etcd, machine) };
  const members = list
    .flatMap(({ name, peerUrls }) => peerUrls.map((peerUrl) => ({ name, peerUrl })))
    .filter(({ peerUrl, name }) => peerUrl !== own.peerUrl && name !== '');
  await host.writeFile(
    etcdFiles(cluster).firstStart,
    firstStartText(cluster.name, 'existing', [...members, own]),
    publicly,
  );
}

/** Starts it without waiting for the others, and then waits until it goes along with them. */
export async function startAndWait(cluster: Cluster, etcd: Etcd, host: Host, report: Report): Promise<void> {
  const { unit } = etcdFiles(cluster);
  await host.run(
    action(
      sh(
        'systemctl daemon-reload && systemctl enable -q -- "$1" && systemctl restart --no-block -- "$1"',
        unit,
      ),
    ),
  );
  await waitForHealth(cluster, etcd, host, report);
}

async function waitForHealth(cluster: Cluster, etcd: Etcd, host: Host, report: Report): Promise<void> {
  const { unit } = etcdFiles(cluster);
  const isUp = await waitUntil(
    async () => {
      report('waiting until more than half of the members of etcd are up');
      const { isActive } = await host.ask({ ...serviceState(unit), isRepeated: true });
      return isActive && (await host.ask(memberSight(cluster, etcd))).isHealthy;
    },
    { deadlineMs: patienceMs },
  );
  if (!isUp)
    throw new CommandError({
      what: `etcd on ${host.name} does not come up`,
      why: 'A member is up when more than half of all members are.',
      next: [
        `read more of its journal, on ${host.name}: journalctl -u ${unit}`,
        'which links are missing: dbctl doctor',
      ],
    });
}

/** The members as the others know them; undefined when none of them answers. */
export async function listFrom(
  cluster: Cluster,
  etcd: Etcd,
  others: Others,
): Promise<readonly ListedMember[] | undefined> {
  const sights = await Promise.all(others.map((other) => other.ask(memberSight(cluster, etcd))));
  return sights.find(({ isHealthy, list }) => isHealthy && list !== undefined)?.list;
}

/** Makes a member that runs read what changed since it started. One after the other: the rest must be enough meanwhile. */
export function restartEtcd(cluster: Cluster, etcd: Etcd, others: Others): Step {
  const { unit, unitFile, environment, authority } = etcdFiles(cluster);
  return ensure('Restart etcd with its new settings', change('unit.restart', `restart ${unit}`, unit), {
    ...unitJournalTail(unit),
    async isRight(host) {
      const [{ isActive, loadedAt }, changedAt] = await Promise.all([
        host.ask({ ...serviceState(unit), isRepeated: true }),
        host.ask(newestChange([unitFile, environment, authority])),
      ]);
      return !isActive || changedAt <= loadedAt;
    },
    async apply(host, report) {
      await refuseWithoutOthers(cluster, etcd, host, others);
      await startAndWait(cluster, etcd, host, report);
    },
  });
}

/** Whether the others go on without this one. Throws RefusedError. */
async function refuseWithoutOthers(
  cluster: Cluster,
  etcd: Etcd,
  host: ReadableHost,
  others: Others,
): Promise<void> {
  if (etcd.members.length === 1) return;
  const sights = await Promise.all(others.map((other) => other.ask(memberSight(cluster, etcd))));
  const healthy = sights.filter(({ isHealthy }) => isHealthy).length;
  const needed = quorumOf(etcd.members.length);
  if (healthy >= needed) return;
  throw new RefusedError({
    what: `etcd on ${host.name} cannot be restarted: ${healthy} of the other members are well, and it takes ${needed}`,
    why: 'Without more than half of its members etcd takes no writes, and Patroni loses its hold on the primary.',
    next: ['bring the other members up first; what each of them says: dbctl status'],
  });
}
