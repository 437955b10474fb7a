// Is data that was there out of sight? What was written down and what is there in, a refusal out; nothing is asked here.

import type { Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import type { Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { describeFileSystem, type DataNote } from './data-note.ts';
import { hasData } from './host-check.ts';
import type { HostFacts } from './host-facts-query.ts';

export interface DataSight {
  readonly node: Node;
  readonly instance: Instance;
  /** "orders/pg1" */
  readonly owner: string;
  readonly facts: HostFacts;
  /** What the control host remembers of it. */
  readonly remembered: DataNote | undefined;
}

export interface LostData {
  /** Undefined where the data is from before such notes were made. */
  readonly note: DataNote | undefined;
  /** What is known of where it was, and what is there now; sentences. */
  readonly why: readonly string[];
  /** How it comes back, if it is not lost for good. */
  readonly ways: readonly string[];
  /** Whether the file system that it was on is not mounted. */
  readonly isUnmounted: boolean;
}

/** What is known of data that is not there any more; undefined where it is there, or never was. */
export function lostData(sight: DataSight): LostData | undefined {
  const { facts, remembered } = sight;
  if (hasData(facts) || facts.isBeingReplaced || facts.note?.discarded !== undefined) return undefined;
  const note = facts.note ?? remembered;
  if (note === undefined) return wasSetUp(sight) ? unknownLoss(sight) : undefined;
  const isUnmounted = isElsewhere(sight, note) ? false : isNotMounted(note, facts);
  return {
    note,
    isUnmounted,
    why: [
      `It had the data with the system identifier ${note.systemIdentifier} in ${note.dataDirectory}, last seen there ${note.since}.`,
      `That was on ${describeFileSystem(note.fileSystem)}${isElsewhere(sight, note) ? `, on the host ${note.host}` : ''}; ${nowThere(sight, note)}.`,
    ],
    ways: [wayBack(sight, note, isUnmounted), 'then run the same command again'],
  };
}

/** An instance is registered when its data is there, so it was there even where no note says so. */
const wasSetUp = ({ facts, owner, instance }: DataSight): boolean =>
  facts.owner === owner && facts.configuredFor === instance.dataDirectory;

const unknownLoss = ({ node, instance, facts: { fileSystem } }: DataSight): LostData => ({
  note: undefined,
  isUnmounted: false,
  why: [
    `It was set up: ${instance.configDirectory} is there, and its data is not in ${instance.dataDirectory}.`,
    ...(fileSystem ? [`There is ${describeFileSystem(fileSystem)} now.`] : []),
  ],
  ways: [
    `bring it back: mount its disk on ${node.host}, or move the data back to ${instance.dataDirectory}`,
    'then run the same command again',
  ],
});

/** Whether the file names another host than the one that has the data. */
export const isElsewhere = (
  { node, facts }: Pick<DataSight, 'node' | 'facts'>,
  { host, machine }: DataNote,
): boolean => host !== node.host && machine !== facts.machine;

/** A copy that is made now would be on the disk below the mount point. */
const isNotMounted = ({ fileSystem: { mountPoint } }: DataNote, { fileSystem }: HostFacts): boolean =>
  fileSystem !== undefined &&
  fileSystem.mountPoint !== mountPoint &&
  isBelow(mountPoint, fileSystem.mountPoint);

const isBelow = (path: string, directory: string): boolean =>
  path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);

function nowThere(sight: DataSight, note: DataNote): string {
  const { node, facts } = sight;
  const { fileSystem, namesake } = facts;
  if (isElsewhere(sight, note)) return `the file names the host ${node.host} now`;
  if (isNotMounted(note, facts)) return `nothing is mounted on ${note.fileSystem.mountPoint} now`;
  if (namesake !== undefined) return `the data of that system identifier is in ${namesake} now`;
  if (fileSystem === undefined) return 'what is mounted there now is not known';
  const isSame =
    fileSystem.mountPoint === note.fileSystem.mountPoint &&
    (fileSystem.uuid ?? fileSystem.device) === (note.fileSystem.uuid ?? note.fileSystem.device);
  return isSame
    ? 'that file system is mounted, and the directory is not on it'
    : `there is ${describeFileSystem(fileSystem)} now`;
}

function wayBack(sight: DataSight, note: DataNote, isUnmounted: boolean): string {
  const { node, facts, instance } = sight;
  if (isElsewhere(sight, note))
    return `if it is still there, name that host again in .env.cluster: ${node.name}=${note.host}`;
  if (isUnmounted) return `mount it, on ${node.host}: mount ${note.fileSystem.mountPoint}`;
  if (facts.namesake !== undefined)
    return `give it its name back, on ${node.host}: mv ${facts.namesake} ${instance.dataDirectory}`;
  return `bring it back: mount its disk on ${node.host}, or move the data back to ${instance.dataDirectory}`;
}

/** Refuses to make a replica where one was, until somebody says that its data is lost. */
export function replicaLost({ node }: DataSight, { why, ways, isUnmounted }: LostData): RefusedError {
  return new RefusedError({
    what: `${node.name} had data and has none now: is its disk mounted?`,
    why: why.join('\n'),
    next: [
      ...ways,
      `if it is lost for good, give it the primary's data: dbctl reinit ${node.name}${isUnmounted ? ' --lost-disk' : ''}`,
      'nothing was changed',
    ],
  });
}

/** Refuses to start a server without its data. */
export const notThere = ({ node }: DataSight, { why, ways }: LostData): RefusedError =>
  new RefusedError({
    what: `${node.name} had data and has none now: is its disk mounted?`,
    why: why.join('\n'),
    next: [...ways, 'if it is lost for good, see what can be done: dbctl up', 'nothing was changed'],
  });

/** Refuses to make new data on the disk below the one that the data was on. */
export function refuseUnmounted(
  sight: DataSight,
  { hasLostDisk, command }: { readonly hasLostDisk: boolean; readonly command: string },
): void {
  const lost = lostData(sight);
  if (!lost?.isUnmounted || hasLostDisk) return;
  throw new RefusedError({
    what: `the disk that the data of ${sight.node.name} was on is not mounted`,
    why: lost.why.join('\n'),
    next: [
      ...lost.ways,
      `if that disk is lost for good, and the data shall be on the one that is there: ${command} --lost-disk`,
      'nothing was changed',
    ],
  });
}

/** Refuses a server whose data is not the node's. */
export function otherData(
  { node, instance, facts }: DataSight,
  role: 'primary' | 'replica',
): RefusedError | undefined {
  const { note, systemIdentifier } = facts;
  if (
    note?.discarded !== undefined ||
    !hasData(facts) ||
    note === undefined ||
    systemIdentifier === undefined
  )
    return undefined;
  if (note.systemIdentifier === systemIdentifier) return undefined;
  return new RefusedError({
    what: `the data in ${instance.dataDirectory} on ${node.name} is another server's: is the right disk mounted?`,
    why: [
      `Its system identifier is ${systemIdentifier}, and that of ${node.name} is ${note.systemIdentifier}.`,
      `${node.name} was on ${describeFileSystem(note.fileSystem)}, last seen there ${note.since}.`,
    ].join('\n'),
    next: [
      `mount the disk that ${node.name} was on, on ${node.host}, and run the same command again`,
      ...(role === 'replica'
        ? [
            `if neither that disk is left nor the other data needed here: ${controlOf(instance).byHand.stop} && mv ${instance.dataDirectory} ${instance.dataDirectory}.old`,
            `then give it the primary's data: dbctl reinit ${node.name}`,
          ]
        : ['whether the other data may take its place, a person must decide: see docs/operations.md']),
      'nothing was changed',
    ],
  });
}
