// May dbctl work on this host? Facts in, problems out; nothing is asked here.

import type { Instance } from '../model/instance.ts';
import type { HostFacts, SystemFacts } from './host-facts-query.ts';
import { controlOf } from '../postgres/control/control-of.ts';

export interface HostProblem {
  readonly what: string;
  readonly next: string;
}

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

interface SystemRule {
  readonly reason: string;
  readonly broken: (facts: SystemFacts) => boolean;
  readonly problem: (facts: SystemFacts) => HostProblem;
}

const supported: Readonly<Record<string, number>> = { debian: 12, ubuntu: 22.04 };

/** More than this and certificates, logs and lag cannot be trusted. */
const maxClockOffsetSeconds = 60;

const systemRules: readonly SystemRule[] = [
  {
    reason: 'package names and file layout are known for these systems only',
    broken: ({ os, release }) => !(Number(release) >= (supported[os] ?? Infinity)),
    problem: ({ os, release }) => ({
      what: `it runs ${os || 'an unknown system'} ${release}`,
      next: 'use a host with Debian 12 or later, or Ubuntu 22.04 or later',
    }),
  },
  {
    reason: 'PostgreSQL runs as a systemd unit',
    broken: ({ hasSystemd }) => !hasSystemd,
    problem: () => ({ what: 'systemd is not running there', next: 'use a host that was booted by systemd' }),
  },
  {
    reason: 'a certificate made now must be valid there',
    broken: ({ clockOffsetSeconds }) => !(Math.abs(clockOffsetSeconds) <= maxClockOffsetSeconds),
    problem: ({ clockOffsetSeconds }) => ({
      what: `its clock is ${Math.abs(Math.round(clockOffsetSeconds))} s ${clockOffsetSeconds > 0 ? 'ahead of' : 'behind'} this machine's`,
      next: 'set both clocks: timedatectl set-ntp true',
    }),
  },
];

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
      next: `use another host, or if that data is not needed: ${moveAway(facts, instance)}`,
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
    reason: 'new data is created next to the data directory and moved there when it is complete',
    broken: ({ data }) => data.state === 'mount',
    problem: (_facts, { instance }) => ({
      what: `a file system is mounted on ${instance.dataDirectory} itself`,
      next: `mount it on /var/lib/postgresql, one or two levels higher`,
    }),
  },
  {
    reason: 'a server reads only the data of its own major version',
    broken: ({ data }, { instance }) => data.state === 'cluster' && data.version !== instance.version,
    problem: ({ data }, { instance }) => ({
      what: `its data directory is of version ${data.state === 'cluster' ? data.version : ''}, and POSTGRES_VERSION is ${instance.version}`,
      next: 'set POSTGRES_VERSION to the version of the data',
    }),
  },
  {
    reason: 'a replica must never become a primary by setting it up again',
    broken: (facts, { role }) => hasData(facts) && role === 'primary' && facts.isStandby,
    problem: () => ({
      what: 'it is a replica',
      next: 'set CLUSTER_DB_PRIMARY_HOST to the node that is the primary now',
    }),
  },
  {
    reason: 'a primary holds the only writable copy of the data',
    broken: (facts, { role }) => hasData(facts) && role === 'replica' && !facts.isStandby,
    problem: (_facts, { instance, owner }) => ({
      what: `it holds a primary's data (no standby.signal in ${instance.dataDirectory})`,
      next: `look at every node before anything else: dbctl status; then, to give it the data of the primary: dbctl reinit ${owner.split('/')[1]}`,
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

const holdsData = ({ data }: HostFacts): boolean => data.state === 'cluster' || data.state === 'foreign';

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Every reason not to work on a host, whatever is to be there. */
export const systemProblems = (facts: SystemFacts): readonly HostProblem[] =>
  systemRules.filter(({ broken }) => broken(facts)).map(({ problem }) => problem(facts));

/** Every reason not to set up a node on a host. */
export const hostProblems = (facts: HostFacts, wanted: Expectation): readonly HostProblem[] => [
  ...systemProblems(facts),
  ...instanceProblems(facts, wanted),
];

/** Those of one node's place there. */
export const instanceProblems = (facts: HostFacts, wanted: Expectation): readonly HostProblem[] =>
  rules.filter(({ broken }) => broken(facts, wanted)).map(({ problem }) => problem(facts, wanted));

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
