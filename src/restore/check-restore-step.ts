import { hostProblems } from '../server/host-check.ts';
import type { HostProblem } from '../server/system-check.ts';
import { hostFacts, type HostFacts } from '../server/host-facts-query.ts';
import { stagingDirectoryOf, keyOf, removerOf, throwAway } from './restore.ts';
import { layoutProblems } from '../server/fixed-parts.ts';
import { withoutRoom } from '../server/layout.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { placeNeeds, stagingBytes, stagingState, type Staging } from './restore-query.ts';
import type { RestoreWork } from './restore-data-step.ts';
import { exists } from '../system/paths.ts';
import { roomForCopy } from '../server/needed-room.ts';

export interface RestoreExpectation {
  readonly work: RestoreWork;
  /** "orders/pg1" */
  readonly owner: string;
  /** Whether the instance's present data is to be replaced. */
  readonly inPlace: boolean;
}

/** Refuses a host on which a restore would break something, or would not fit. Changes nothing, ever. */
export const checkRestore = ({ work, owner, inPlace }: RestoreExpectation): Step =>
  check('Check the host', async (host) => {
    const { instance, backup, request } = work;
    const [found, staging, takenBytes, isCopy] = await Promise.all([
      host.ask(hostFacts(instance)),
      host.ask(stagingState(instance)),
      host.ask(stagingBytes(instance)),
      host.ask(exists(removerOf(instance))),
    ]);
    if (staging && !staging.hasData && staging.request !== keyOf(request))
      throw unfinished(host, work, staging);
    const facts = inPlace ? { ...withoutServer(found), data: replaced(found), layout: undefined } : found;
    const isPlaced = staging !== undefined && !staging.hasData;
    if (inPlace && isPlaced && found.data.state === 'cluster' && found.data.lacks === 'global/pg_control')
      throw placedAndLost(host, work);
    const neededBytes = isPlaced ? 0 : Math.max(0, roomForCopy(backup.databaseBytes) - takenBytes);
    const problems: HostProblem[] = [
      ...hostProblems(facts, { instance, owner, role: 'primary', neededBytes }),
      ...(inPlace ? [...room(facts, neededBytes, work), ...fixed(found, work)] : []),
      ...(!inPlace && facts.data.state !== 'absent' && !isPlaced ? occupied(facts, work, isCopy) : []),
    ];
    if (problems.length === 0) return;
    throw new RefusedError({
      what: `nothing can be restored on ${host.name}`,
      why: problems.map(({ what }) => what).join('\n'),
      next: problems.flatMap(({ next }) => next),
    });
  });

/** What keeps the present data from being set aside. */
const fixed = ({ data, layout }: HostFacts, { instance }: RestoreWork): readonly HostProblem[] =>
  layout
    ? layoutProblems(layout, instance, { name: '', role: 'replaced', data: data.state, isRunning: true })
    : [];

/** Data whose control file is gone is what a restore is for; without its version, nobody knows what to set aside. */
const replaced = ({ data }: HostFacts): HostFacts['data'] =>
  data.state === 'cluster' && data.lacks === 'global/pg_control'
    ? { state: data.state, version: data.version }
    : data;

/** The server that is to be stopped may hold its port, even when its data is gone. */
const withoutServer = (facts: HostFacts): HostFacts =>
  facts.listener?.command === 'postgres' ? { ...facts, listener: undefined } : facts;

function room(facts: HostFacts, neededBytes: number, { instance }: RestoreWork): readonly HostProblem[] {
  if (facts.diskFreeBytes >= neededBytes || facts.data.state !== 'cluster') return [];
  return [
    {
      what: `${gigabytes(neededBytes)} are needed next to ${instance.dataDirectory}; ${gigabytes(facts.diskFreeBytes)} are free`,
      next: 'give the host a larger disk: the present data is kept until you remove it',
    },
  ];
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function occupied({ data }: HostFacts, { instance }: RestoreWork, isCopy: boolean): readonly HostProblem[] {
  const { dataDirectory } = instance;
  if (data.state !== 'cluster') return [];
  return [
    {
      what: `${dataDirectory} already holds a server`,
      next: isCopy
        ? `choose another port, or if that copy is not needed, on its host: ${throwAway(instance)}`
        : 'choose another port: that server is not a copy that dbctl made',
    },
  ];
}

const unfinished = (host: ReadableHost, { instance }: RestoreWork, staging: Staging): RefusedError =>
  new RefusedError({
    what: `another restore on ${host.name} is not finished: its data is already in place`,
    why: `It was requested as ${staging.request}.`,
    next: [
      'finish it: run the same command as then',
      `or give it up, to start another: on ${host.name}, rm -r ${stagingDirectoryOf(instance)}`,
    ],
  });

/** It would be taken for what is to be finished, and cannot be started. */
const placedAndLost = (host: ReadableHost, { instance }: RestoreWork): RefusedError =>
  new RefusedError({
    what: `what an earlier restore has put in place on ${host.name} has no sound control file any more, and no server starts without it`,
    next: [
      `give that restore up, on ${host.name}: rm -r ${stagingDirectoryOf(instance)}`,
      'then run the same command again: it restores anew, and sets this data aside',
      'nothing was changed',
    ],
  });

/** Refuses, while the old primary still runs, what would not fit on the disks of tablespaces. Changes nothing, ever. */
export const checkPlaces = ({ instance, tablespaces = [] }: RestoreWork): Step =>
  check('Check the disks of tablespaces', async (host) => {
    if (tablespaces.length === 0) return;
    const lacking = withoutRoom(await host.ask(placeNeeds(instance, tablespaces)));
    if (lacking.length === 0) return;
    throw new RefusedError({
      what: `the restored tablespaces do not fit on ${host.name}`,
      why: lacking
        .map(
          ({ paths, bytes, disk }) =>
            `${gigabytes(bytes)} are needed for ${paths}; ${gigabytes(disk.freeBytes)} are free`,
        )
        .join('\n'),
      next: [
        'make room there, then run the same command again: what was restored is not fetched twice',
        'PostgreSQL was not stopped, and its data was not touched',
      ],
    });
  });
