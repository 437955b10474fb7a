// The primary, as far as those need to know it who follow it.

import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { RefusedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { hostFacts } from './host-facts-query.ts';
import { acceptsConnections, systemIdentifier as identifierOf } from '../postgres/instance.ts';
import { primaryFacts } from '../postgres/replication.ts';

export interface Source extends CloneSource {
  readonly systemIdentifier: string;
  /** The end of the primary's WAL when it was looked at. */
  readonly flushLsn: string | null;
}

/** Facts about the primary that clones are made from. Throws RefusedError when it is none. */
export async function readSource(cluster: LedCluster, host: Host): Promise<Source> {
  const instance = instanceOf(cluster, cluster.primary);
  if (!(await host.ask(acceptsConnections(instance)))) throw notRunning(cluster, host);
  const [facts, { cores }] = await Promise.all([
    host.ask(primaryFacts(instance)),
    host.ask(hostFacts(instance)),
  ]);
  if (facts.isInRecovery) throw isReplica(cluster);
  const { databaseBytes, systemIdentifier, flushLsn } = facts;
  return { host, cores, databaseBytes, systemIdentifier, flushLsn };
}

/** What is known of a primary that does not run yet. */
export async function sourceToBe(cluster: LedCluster, hosts: HostSet): Promise<Source> {
  const host = hosts.get(cluster.primary.name);
  const identifier = await host.ask(identifierOf(instanceOf(cluster, cluster.primary)));
  return { host, cores: 1, databaseBytes: 0, systemIdentifier: identifier ?? '', flushLsn: null };
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

const isReplica = ({ primary }: LedCluster): RefusedError =>
  new RefusedError({
    what: `${primary.name} is a replica, and no other node takes writes`,
    next: ['see what each node is now: dbctl status'],
  });

export interface CloneSource {
  readonly host: Host;
  readonly databaseBytes: number;
  readonly cores: number;
}
