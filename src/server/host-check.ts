// May dbctl work on this host? Facts in, problems out; nothing is asked here.

import { dirname } from 'node:path/posix';
import type { Instance } from '../model/instance.ts';
import type { HostFacts } from './host-facts-query.ts';
import { systemProblems, type HostProblem } from './system-check.ts';
import { wrongStart, type WrongStart } from '../postgres/start.ts';
import { layoutProblems } from './fixed-parts.ts';
import { plainLayout } from './layout.ts';
import { lacking, ofAnotherAccount, withoutConfiguration } from './unusable-data.ts';
import { controlOf } from '../postgres/control/control-of.ts';

export interface Expectation {
  readonly instance: Instance;
  /** "orders/pg1" */
  readonly owner: string;
  /** What its data is to be; "replaced": it is made anew, whatever it is. */
  readonly role: 'primary' | 'replica' | 'replaced';
  /** What a new data directory will need at least. */
  readonly neededBytes: number;
}

/** A data directory that exists and is ours is left in place, so these do not matter for it. */
export const hasData = (facts: HostFacts): boolean => facts.data.state === 'cluster';

interface Rule {
  readonly reason: string;
  readonly broken: (facts: HostFacts, wanted: Expectation) => boolean;
  readonly problem: (facts: HostFacts, wanted: Expectation) => HostProblem;
}

const rules: readonly Rule[] = [
  {
    reason: 'two programs cannot listen on one port',
    broken: ({ listener, postmaster }) => listener !== undefined && listener.pid !== postmaster?.pid,
    problem: ({ listener }, { instance }) => ({
      what: `port ${instance.port} is taken by ${listener?.command} (pid ${listener?.pid})`,
      next: `stop it, or choose another port in .env.cluster (host:port, or POSTGRES_PORT)`,
    }),
  },
  {
    reason: 'a server keeps its port until it is stopped',
    broken: ({ postmaster }, { instance }) => postmaster !== undefined && postmaster.port !== instance.port,
    problem: ({ postmaster }, { instance }) => ({
      what: `PostgreSQL runs there on port ${postmaster?.port}, and .env.cluster says ${instance.port}`,
      next: `restore the old port in .env.cluster, or stop the server first: ${controlOf(instance).byHand.stop}`,
    }),
  },
  {
    reason: 'dbctl does not touch what it did not create',
    broken: (facts, { owner }) => holdsData(facts) && facts.owner !== owner,
    problem: (facts, { instance, owner }) => ({
      what: facts.owner
        ? `${instance.dataDirectory} belongs to ${facts.owner}, not to ${owner}`
        : `${instance.dataDirectory} holds data that dbctl did not create`,
      next: [
        ...whoseData(facts, instance, owner),
        `use another host, or if that data is not needed: ${moveAway(facts, instance)}`,
      ],
    }),
  },
  {
    reason: 'the existing configuration decides which data the server uses',
    broken: (facts, wanted) =>
      facts.configuredFor !== undefined &&
      (facts.configuredFor !== wanted.instance.dataDirectory ||
        (!holdsData(facts) && facts.owner !== wanted.owner)),
    problem: ({ configuredFor }, { instance }) => ({
      what: `${instance.configDirectory} is the configuration of another server, for the data in ${configuredFor}`,
      next: `use another host, or if that server is not needed: ${controlOf(instance).byHand.stop} && ${moveSettings(instance)}`,
    }),
  },
  {
    reason: 'another port or version would create a new server and leave the data of this one behind',
    broken: ({ elsewhere }) => elsewhere !== undefined,
    problem: ({ elsewhere }, { owner, instance }) => ({
      what: `${owner} is the server of ${elsewhere} there, and .env.cluster means ${instance.configDirectory}`,
      next: `restore its port and version in .env.cluster; its port: grep '^port' ${elsewhere}/conf.d/dbctl.conf`,
    }),
  },
  {
    reason: 'a server reads only the data of its own major version',
    broken: ({ data }, { instance }) =>
      data.state === 'cluster' && data.lacks !== 'PG_VERSION' && data.version !== instance.version,
    problem: ({ data }, { instance }) => ({
      what: `its data directory is of version ${data.state === 'cluster' ? data.version : ''}, and POSTGRES_VERSION is ${instance.version}`,
      next: 'set POSTGRES_VERSION to the version of the data',
    }),
  },
  {
    reason:
      'a server that starts as what it is not takes writes that nobody else has, or leaves a cluster without a primary',
    broken: (facts, wanted) => wrongStartOf(facts, wanted) !== undefined,
    problem: (facts, wanted) => wrongStartOf(facts, wanted)!,
  },
  {
    reason: 'a server reads and writes its data as postgres',
    broken: (facts, { role }) =>
      hasData(facts) && role !== 'replaced' && facts.dataOf !== undefined && facts.dataOf !== 'postgres',
    problem: ({ dataOf }, { instance, owner }) => ofAnotherAccount(instance, nodeOf(owner), dataOf!),
  },
  {
    reason: 'no server starts with data that lacks one of these files',
    broken: ({ data, isBeingReplaced }, { role }) =>
      data.state === 'cluster' && data.lacks !== undefined && role !== 'replaced' && !isBeingReplaced,
    problem: ({ data }, { instance, owner, role }) =>
      lacking(lackedBy(data), { instance, node: nodeOf(owner), role }),
  },
  {
    reason: 'a server whose configuration is gone answers no question about it, and would not start again',
    broken: (facts, { owner, role }) =>
      hasData(facts) &&
      role !== 'replaced' &&
      facts.owner === owner &&
      facts.listener !== undefined &&
      facts.configuredFor === undefined,
    problem: (_, { instance, owner }) => withoutConfiguration(instance, nodeOf(owner)),
  },
  {
    reason: 'a server with data that it cannot write ends at its next start',
    broken: ({ fileSystem }) => fileSystem?.isReadOnly === true,
    problem: ({ fileSystem }, { instance }) => ({
      what: `${instance.dataDirectory} is on a file system that is mounted read-only: ${fileSystem?.mountPoint}`,
      next: `see why: dmesg | tail; when the disk is sound: mount -o remount,rw ${fileSystem?.mountPoint}`,
    }),
  },
  {
    reason: 'a full disk stops PostgreSQL',
    broken: (facts, { neededBytes }) => !hasData(facts) && !(facts.diskFreeBytes >= neededBytes),
    problem: ({ diskFreeBytes }, { neededBytes, instance }) => ({
      what: `${gigabytes(neededBytes)} are needed for ${instance.dataDirectory}; ${gigabytes(diskFreeBytes)} are free`,
      next: 'give the host a larger disk, or mount one there',
    }),
  },
];

function wrongStartOf(facts: HostFacts, { instance, owner, role }: Expectation): WrongStart | undefined {
  if (!hasData(facts) || role === 'replaced' || facts.owner !== owner) return undefined;
  // Half a restore has no signal file yet: a mark beside it stands for it.
  const start = { ...facts.start, hasStandbySignal: facts.isStandby };
  return wrongStart(start, { instance, name: nodeOf(owner), as: role });
}

const nodeOf = (owner: string): string => owner.split('/')[1] ?? owner;

const lackedBy = (data: HostFacts['data']): string => (data.state === 'cluster' ? (data.lacks ?? '') : '');

/** Data of the same cluster is another node's, and data that nobody noted may be the node's own: a person knows. */
function whoseData(facts: HostFacts, { ownerNote }: Instance, owner: string): readonly string[] {
  if (facts.owner?.split('/')[0] === owner.split('/')[0])
    return [
      `if .env.cluster gives ${nodeOf(owner)} the address of ${nodeOf(facts.owner!)}, correct it there`,
    ];
  if (facts.owner !== undefined || facts.systemIdentifier === undefined) return [];
  return [
    `if it is the data of ${owner} (system identifier ${facts.systemIdentifier}), and only the note of that is gone, on ${nodeOf(owner)}: mkdir -p ${dirname(ownerNote)} && echo ${owner} >${ownerNote}`,
  ];
}

const holdsData = ({ data }: HostFacts): boolean => data.state === 'cluster' || data.state === 'foreign';

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Every reason not to set up a node on a host. */
export const hostProblems = (facts: HostFacts, wanted: Expectation): readonly HostProblem[] => [
  ...systemProblems(facts),
  ...instanceProblems(facts, wanted),
];

/** Those of one node's place there, wherever its data is. */
export const placeProblems = (facts: HostFacts, wanted: Expectation): readonly HostProblem[] =>
  rules.filter(({ broken }) => broken(facts, wanted)).map(({ problem }) => problem(facts, wanted));

/** The same, and those of the file systems that its data is on. */
export const instanceProblems = (facts: HostFacts, wanted: Expectation): readonly HostProblem[] => [
  ...placeProblems(facts, wanted),
  ...layoutProblems(facts.layout ?? plainLayout, wanted.instance, {
    name: wanted.owner.split('/')[1] ?? wanted.owner,
    role: wanted.role,
    data: facts.data.state,
    isRunning: facts.listener !== undefined,
  }),
];

/** A server goes on writing into a directory that was moved, and without its data its settings are of no use. */
function moveAway(
  { postmaster, configuredFor }: Pick<HostFacts, 'postmaster' | 'configuredFor'>,
  instance: Instance,
): string {
  const { dataDirectory } = instance;
  return [
    ...(postmaster ? [controlOf(instance).byHand.stop] : []),
    ...(configuredFor === dataDirectory ? [moveSettings(instance)] : []),
    `mv ${dataDirectory} ${dataDirectory}.old`,
  ].join(' && ');
}

/** Out of /etc/postgresql, where postgresql-common would take the old settings for another server. */
const moveSettings = ({ configDirectory, version, name }: Instance): string =>
  `mv ${configDirectory} /root/postgresql-${version}-${name}.old`;
