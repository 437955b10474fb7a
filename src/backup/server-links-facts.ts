// pgBackRest's links between the hosts, tried by their ports first: pgBackRest itself tries a server that is down six
// times as long as its io-timeout says.

import { hostAndPort, sameHost } from '../model/address.ts';
import type { Backup } from '../model/backup.ts';
import { linkComplaints, noAnswerFrom, type LinkComplaint } from './pgbackrest-complaints.ts';
import { type Cluster, type Machine, type Node } from '../model/cluster.ts';
import { tryLinks, type LinkState } from '../system/try-links.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import { checkLinks } from './link-check-query.ts';
import { controlPlace } from './pgbackrest-query.ts';

/** What to give to a server that was started a moment ago, in milliseconds. */
export const startingMs = 2000;

interface Ask {
  /** The nodes to reach; those on the control host need no link. */
  readonly nodes: readonly Node[];
  /** For how long a refused connection is tried again, in milliseconds. */
  readonly patienceMs: number;
  /** pgBackRest's io-timeout for servers that are there. */
  readonly timeout: string;
}

/** What keeps the control host from the TLS servers of nodes; nothing of it waits for a server that is down. */
export async function serverComplaints(
  cluster: Cluster,
  { stanza, tlsPort }: Backup,
  control: ReadableHost,
  { nodes, patienceMs, timeout }: Ask,
): Promise<readonly LinkComplaint[]> {
  const far = nodes.filter(({ host }) => !sameHost(host, cluster.control.host));
  const unanswered = await unansweredBy(control, far, tlsPort, patienceMs);
  const names = far.filter(({ host }) => !unanswered.has(host)).map(({ name }) => name);
  if (names.length === 0) return [...unanswered.values()];
  const place = controlPlace(cluster, { stanza });
  const all = cluster.nodes;
  const numbers = all.flatMap(({ name }, index) => (names.includes(name) ? [index + 1] : []));
  const { complaints } = await control.ask(checkLinks(place, { numbers, all: all.length }, timeout));
  return [...unanswered.values(), ...linkComplaints(complaints)];
}

/** What keeps a host from the TLS server of the control host, as far as its port tells. */
export async function repositoryComplaints(
  { control }: Cluster,
  { tlsPort }: Backup,
  { node, host, patienceMs }: { node: Node; host: ReadableHost; patienceMs: number },
): Promise<readonly LinkComplaint[]> {
  const far = sameHost(node.host, control.host) ? [] : [control];
  return [...(await unansweredBy(host, far, tlsPort, patienceMs)).values()];
}

/** The machines that do not answer on the port, by their host. */
async function unansweredBy(
  from: ReadableHost,
  machines: readonly Pick<Machine, 'host'>[],
  port: number,
  patienceMs: number,
): Promise<ReadonlyMap<string, LinkComplaint>> {
  let states: readonly LinkState[] = [];
  const look = async (): Promise<boolean> => {
    const links = machines.map(
      ({ host }) => ({ host, port, service: 'pgbackrest', caFile: undefined }) as const,
    );
    const query = { ...tryLinks(links), isRepeated: patienceMs > 0 };
    states = links.length === 0 ? [] : (await from.ask(query)).map(({ state }) => state);
    return !states.includes('refused');
  };
  await waitUntil(look, { deadlineMs: patienceMs });
  return new Map(
    machines.flatMap(({ host }, index) => {
      const state = states[index]!;
      // A host that cannot try lets pgBackRest find out.
      if (state === 'open' || state === 'not tried') return [];
      return [[host, noAnswerFrom(hostAndPort({ host, port }), state)] as const];
    }),
  );
}
