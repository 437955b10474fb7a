// Is each node of one machine as it is meant to be, and would it still be after the next start? Facts in, findings out.

import { controlOf } from '../postgres/control/control-of.ts';
import { hasData, instanceProblems } from '../server/host-check.ts';
import { lostData, notThere, otherData } from '../server/lost-data.ts';
import { notOwnAddress, otherSource } from '../server/own-addresses.ts';
import { roomForCopy, roomForNewCluster } from '../server/needed-room.ts';
import type { Cluster } from '../model/cluster.ts';
import type { RefusedError } from '../model/errors.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { SeenSite } from './facts.ts';
import { about, type DoctorFinding } from './finding.ts';
import { wouldNotStart } from './settings.ts';
import { formatBytes } from '../model/units.ts';
import type { HostFacts } from '../server/host-facts-query.ts';
import { fixedParts } from '../server/fixed-parts.ts';
import { nameOfPlace } from '../server/layout.ts';

/** What was seen of the primary's data, wherever that is. */
export interface SeenPrimary {
  readonly primaryBytes: number | undefined;
  /** Directories. */
  readonly tablespaces: readonly string[];
}

/** The very checks that setting up a node begins with, and whether one that is set up runs. */
export const nodeFindings = (
  cluster: Cluster,
  seen: SeenSite,
  { primaryBytes, tablespaces }: SeenPrimary,
): readonly DoctorFinding[] =>
  seen.nodes.flatMap(({ node, facts, addresses, startsAtBoot, startProblems }) => {
    const isPrimary = node.name === cluster.configuredPrimary.name;
    const wanted = {
      instance: instanceOf(cluster, node),
      owner: `${cluster.name}/${node.name}`,
      role: isPrimary ? 'primary' : 'replica',
      neededBytes: isPrimary || primaryBytes === undefined ? roomForNewCluster : roomForCopy(primaryBytes),
    } as const;
    const { instance, owner } = wanted;
    const sight = { node, instance, owner, facts, remembered: undefined };
    const [lost, other] = [lostData(sight), otherData(sight, wanted.role)];
    const isOurs = hasData(facts) && facts.owner === wanted.owner;
    const isStopped = isOurs && !facts.listener && !seen.facts.missingPrograms.includes('ss');
    const problems = instanceProblems(facts, wanted);
    const own = facts.layout?.places.map(({ path }) => path) ?? [];
    const lacking = isPrimary ? [] : tablespaces.filter((path) => !own.includes(path));
    const start =
      problems.length > 0
        ? 'when that is put right, start it: dbctl up'
        : lacking.length > 0
          ? `start it, with the directories of tablespaces that it has not yet (${lacking.join(', ')}): dbctl up`
          : `start it: dbctl restart ${node.name}`;
    const refused = [lost && notThere(sight, lost), other].filter((one) => one !== undefined);
    const ofService = [
      isStopped && stopped(instance, start),
      isOurs && !startsAtBoot && notAtBoot(instance),
    ].filter((one) => one !== false);
    const ofSettings = (isOurs ? startProblems : []).map((problem) => wouldNotStart(node.name, problem));
    return [
      ...[...refused.map(missing), ...problems].map(about('fail', 'node', seen)),
      ...(isOurs ? layoutFindings(seen, facts, instance) : []),
      ...[notOwnAddress(node, addresses), otherSource(node, cluster.configuredPrimary, addresses)]
        .filter((one) => one !== undefined)
        .map(about('fail', 'address', seen)),
      ...ofService.map(about('warn', 'service', seen)),
      ...ofSettings.map(about('fail', 'settings', seen)),
    ];
  });

const missing = ({ message: what, why, next }: RefusedError) => ({
  what,
  why,
  next: next.filter((line) => line !== 'nothing was changed'),
});

const notAtBoot = (instance: Instance) => ({
  what: `${controlOf(instance).name} does not start at boot`,
  next: 'make it start at every boot: dbctl up',
});

function stopped(instance: Instance, start: string) {
  const { name, byHand } = controlOf(instance);
  const next = [start, `see why it ended: ${byHand.journal}`];
  return { what: `${name} is not running`, next };
}

/** Disks of a node besides that of its data, and what of it cannot be set aside on the day when it must be made anew. */
function layoutFindings(seen: SeenSite, { layout }: HostFacts, instance: Instance): readonly DoctorFinding[] {
  if (layout === undefined) return [];
  const nearlyFull = layout.places.flatMap((place) => {
    const { freeBytes, totalBytes } = place.disk;
    const share = freeBytes / totalBytes;
    if (place.disk.device === layout.disk.device || !(share < 0.15)) return [];
    const say = about(share < 0.05 ? 'fail' : 'warn', 'disk', seen);
    return say({
      what: `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free on the disk of ${nameOfPlace(place)}`,
      next: place.kind === 'wal' ? 'see what retains WAL: dbctl explain wal' : 'give it a larger disk',
    });
  });
  // Tablespaces that are lost keep the server from being started, and are told as that.
  const fixed = fixedParts({ ...layout, stale: [], hollow: [] }, instance);
  return [...nearlyFull, ...fixed.map(about('warn', 'layout', seen))];
}
