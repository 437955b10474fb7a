import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { unitJournalTail } from '../system/evidence.ts';
import { removePaths, stopUnits } from '../system/removal.ts';
import { etcdFiles, peerUrlOf } from './etcd.ts';
import { beginningOf, entryOf, formerMembers, quorumOf, type ListedMember } from './member-list.ts';
import { addMember, memberSight, removeMember, type MemberSight } from './member-query.ts';
import { listFrom, startAndWait, writeExisting } from './run-etcd-step.ts';

/**
 * Lets the others take a member in that is new, or that has lost its data. At most one at a time: each has to be seen
 * before the next.
 */
export function joinEtcd(cluster: Cluster, etcd: Etcd, machine: Machine, others: readonly Host[]): Step {
  const { unit, data } = etcdFiles(cluster);
  return ensure('Join etcd', change('etcd.join', `make ${machine.name} a member of etcd`, machine.name), {
    ...unitJournalTail(unit),
    async isRight(host) {
      const [{ hasData }, list] = await Promise.all([
        host.ask(memberSight(cluster, etcd)),
        listFrom(cluster, etcd, others),
      ]);
      return beginningOf(etcd, machine, hasData, list) !== 'joins';
    },
    async apply(host, report) {
      await host.run(stopUnits([unit]));
      await host.run(removePaths([data]));
      const { speaker, list, healthy } = await readOthers(cluster, etcd, machine, others);
      const former = leaverFor(etcd, machine, list);
      if (former !== undefined) {
        refuseTooFew(machine, list.length - 1, healthy);
        report(`removing ${former.name || former.id} from etcd`);
        await speaker.run(removeMember(cluster, etcd, former.id));
      }
      report(`adding ${machine.name} to etcd`);
      await writeExisting(cluster, etcd, machine, host, await addThrough(speaker, cluster, etcd, machine));
      await startAndWait(cluster, etcd, host, report);
    },
  });
}

/** Milliseconds. */
const electionPatienceMs = 60_000;

/**
 * Answers all members, the new one too. Who was removed may have led: nothing can be told to etcd until the others have
 * elected another one, and what was told meanwhile may have been done or not.
 */
async function addThrough(
  speaker: Host,
  cluster: Cluster,
  etcd: Etcd,
  machine: Machine,
): Promise<readonly ListedMember[]> {
  let list: readonly ListedMember[] | undefined;
  let problem: unknown;
  const isIn = await waitUntil(
    async () => {
      const sight = await speaker.ask(memberSight(cluster, etcd));
      if (!sight.isHealthy || sight.list === undefined) return false;
      list = sight.list;
      if (entryOf(etcd, machine, sight.list) !== undefined) return true;
      await speaker
        .run(addMember(cluster, etcd, machine.name, peerUrlOf(etcd, machine)))
        .catch((error: unknown) => {
          problem = error;
        });
      return false;
    },
    { deadlineMs: electionPatienceMs },
  );
  if (isIn && list !== undefined) return list;
  throw (
    problem ??
    new CommandError({
      what: `etcd on ${speaker.name} does not agree with the other members, so ${machine.name} was not taken in`,
      next: ['see which member is missing: dbctl status', 'run the same command again'],
    })
  );
}

/** Who goes before a machine comes: what it was before, or one that the file does not name when all places are taken. */
function leaverFor(etcd: Etcd, machine: Machine, list: readonly ListedMember[]): ListedMember | undefined {
  const own = entryOf(etcd, machine, list);
  if (own !== undefined) return own;
  return list.length < etcd.members.length ? undefined : formerMembers(etcd, list)[0];
}

async function readOthers(cluster: Cluster, etcd: Etcd, machine: Machine, others: readonly Host[]) {
  const sights: readonly (MemberSight & { readonly host: Host })[] = await Promise.all(
    others.map(async (host) => ({ ...(await host.ask(memberSight(cluster, etcd))), host })),
  );
  const healthy = sights.filter(({ isHealthy }) => isHealthy);
  const [first] = healthy;
  if (first?.list === undefined)
    throw new CommandError({
      what: `no other member of etcd answers, so ${machine.name} cannot be taken in`,
      next: ['bring more than half of the members up first, then: dbctl up'],
    });
  return { speaker: first.host, list: first.list, healthy: healthy.length };
}

/** Those that are left must go on without it. */
function refuseTooFew(machine: Machine, count: number, healthy: number): void {
  const needed = quorumOf(count);
  if (healthy >= needed) return;
  throw new RefusedError({
    what: `${machine.name} cannot be taken into etcd now: ${healthy} of the other members are well, and it takes ${needed}`,
    next: [
      'bring the other members up first, then: dbctl up',
      'of several new hosts in ETCD_HOSTS, name one at a time, with dbctl up after each',
    ],
  });
}

/** Takes those out of etcd that the file does not name any more; told to a member that stays. */
export function removeFormerMembers(cluster: Cluster, etcd: Etcd): Step {
  const formerOn = async (host: ReadableHost): Promise<readonly ListedMember[]> =>
    formerMembers(etcd, (await host.ask(memberSight(cluster, etcd))).list ?? []);
  return {
    title: 'Remove former members of etcd',
    async diff(host) {
      return (await formerOn(host)).map(({ name, id }) =>
        change('etcd.remove-member', `remove ${name || id} from etcd`, name || id),
      );
    },
    async apply(host, report) {
      for (const { id, name } of await formerOn(host)) {
        report(`removing ${name || id} from etcd`);
        await host.run(removeMember(cluster, etcd, id));
      }
    },
  };
}
