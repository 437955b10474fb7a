// The primary, as far as those need to know it who follow it.

import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { RefusedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { placeProblems } from './host-check.ts';
import type { HostProblem } from './system-check.ts';
import { hostFacts } from './host-facts-query.ts';
import { ownerOf } from './owner-facts.ts';
import { fixedParts, type FixedPart } from './fixed-parts.ts';
import type { Tablespace } from './layout.ts';
import { acceptsConnections, systemIdentifier as identifierOf } from '../postgres/instance.ts';
import { primaryFacts, type PrimaryFacts } from '../postgres/replication.ts';
import { replicationLimit } from './replication-limits.ts';

export interface Source extends CloneSource {
  readonly systemIdentifier: string;
  /** The end of the primary's WAL when it was looked at. */
  readonly flushLsn: string | null;
  /** Its max_wal_senders, and how many of them are in use. */
  readonly senders: PrimaryFacts['senders'];
}

/** Facts about the primary that clones are made from. Throws RefusedError when it is none. */
export async function readSource(cluster: LedCluster, host: Host): Promise<Source> {
  const instance = instanceOf(cluster, cluster.primary);
  if (!(await host.ask(acceptsConnections(instance)))) throw notRunning(cluster, host);
  const there = await host.ask(hostFacts(instance));
  const wanted = {
    instance,
    owner: ownerOf(cluster, cluster.primary),
    role: 'primary',
    neededBytes: 0,
  } as const;
  const problems = placeProblems(there, wanted);
  if (problems.length > 0) throw unfit(host, problems);
  const { cores, layout } = there;
  const facts = await host.ask(primaryFacts(instance));
  if (facts.isInRecovery) throw isReplica(cluster);
  const { databaseBytes, systemIdentifier, flushLsn, senders, tablespaces } = facts;
  const fixed = layout ? fixedParts(layout, instance) : [];
  return { host, cores, databaseBytes, systemIdentifier, flushLsn, senders, tablespaces, fixed };
}

/** What is known of a primary that does not run yet. */
export async function sourceToBe(cluster: LedCluster, hosts: HostSet): Promise<Source> {
  const host = hosts.get(cluster.primary.name);
  const identifier = await host.ask(identifierOf(instanceOf(cluster, cluster.primary)));
  return {
    host,
    cores: 1,
    databaseBytes: 0,
    systemIdentifier: identifier ?? '',
    flushLsn: null,
    senders: { limit: replicationLimit(cluster), inUse: 0 },
    tablespaces: [],
  };
}

const notRunning = ({ name, configuredPrimary }: LedCluster, host: ReadableHost): RefusedError =>
  new RefusedError({
    what: `PostgreSQL does not answer on ${host.name}, the primary of ${name}`,
    next: [
      host.name === configuredPrimary.name
        ? 'set it up, or start it: dbctl init-primary'
        : `start it: dbctl restart ${host.name}`,
      `see why it stopped: dbctl logs ${host.name}`,
    ],
  });

const unfit = ({ name }: ReadableHost, problems: readonly HostProblem[]): RefusedError =>
  new RefusedError({
    what: `${name}, the primary, cannot be used`,
    why: problems.map(({ what }) => what).join('\n'),
    next: [...problems.flatMap(({ next }) => next), 'nothing was changed'],
  });

const isReplica = ({ primary }: LedCluster): RefusedError =>
  new RefusedError({
    what: `${primary.name} is a replica, and no other node was seen to take writes`,
    next: ['see what each node is now: dbctl status'],
  });

export interface CloneSource {
  readonly host: Host;
  readonly databaseBytes: number;
  readonly cores: number;
  readonly tablespaces: readonly Tablespace[];
  /** What of its data cannot be copied, backed up or moved. */
  readonly fixed?: readonly FixedPart[];
}
