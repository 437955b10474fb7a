// Do the ports of the gateways lead to nodes in the right role? Tried as applications do, with the role that goes there.

import * as v from 'valibot';
import { hostAndPort } from '../model/address.ts';
import { hostsOf, type Cluster } from '../model/cluster.ts';
import { finding, type Finding } from '../model/finding.ts';
import { entryKinds, type EntryKind } from '../model/gateways.ts';
import { connect, type Session, type Target } from './connection.ts';
import type { Failure } from './facts.ts';
import { classify } from './failure.ts';

/** What one port of one gateway answered. */
export interface GatewayAnswer {
  /** Name of the gateway's host. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Where the port leads to. */
  readonly entry: EntryKind;
  /** Name of the node that answered. */
  readonly node: string | null;
  readonly role: 'primary' | 'replica' | null;
  readonly failure: Failure | null;
}

const Answer = v.tuple([
  v.object({
    name: v.string(),
    address: v.nullable(v.string()),
    port: v.nullable(v.number()),
    standby: v.boolean(),
  }),
]);
const sql = `select current_setting('cluster_name') as name, host(inet_server_addr()) as address,
  inet_server_port() as port, pg_is_in_recovery() as standby`;

/** Every port of every gateway at once. */
export const probeGateways = (
  { gateways, postgres, nodes }: Pick<Cluster, 'gateways' | 'postgres' | 'nodes'>,
  shared: Omit<Target, 'node' | 'answered'>,
): Promise<readonly GatewayAnswer[]> =>
  Promise.all(
    (gateways?.machines ?? []).flatMap((machine) =>
      entryKinds.map(async (entry): Promise<GatewayAnswer> => {
        const port = gateways!.ports[entry];
        const role = entry === 'primary' ? postgres.writer : postgres.reader;
        const target = { ...shared, node: { ...machine, port }, answered: () => {} };
        const about = { host: machine.name, address: machine.host, port, entry };
        const login = await connect(target, role);
        if (!login.ok) return { ...about, ...nobody(login.failure) };
        return { ...about, ...(await ask(login.session, target, nodes)) };
      }),
    ),
  );

const nobody = (failure: Failure) => ({ node: null, role: null, failure });

async function ask(
  session: Session,
  { deadline }: Pick<Target, 'deadline'>,
  nodes: Cluster['nodes'],
): Promise<Pick<GatewayAnswer, 'node' | 'role' | 'failure'>> {
  try {
    const [{ name, address, port, standby }] = v.parse(Answer, await session.query(sql));
    // "shop/pg1"; under Patroni all have the name of the cluster.
    const found = nodes.find((node) => node.port === port && hostsOf(node).includes(address ?? ''));
    const node = name.includes('/') ? name.split('/').at(-1)! : (found?.name ?? address ?? name);
    return { node, role: standby ? 'replica' : 'primary', failure: null };
  } catch (error) {
    return nobody(classify(error, { isLate: deadline.aborted, tlsAnswer: undefined }));
  } finally {
    await session.close();
  }
}

/** Readers may be led to the primary where no replica can take them. */
export const judgeGateways = (answers: readonly GatewayAnswer[]): readonly Finding[] =>
  answers.map((one) => {
    const { host, address, port, entry, node, role, failure } = one;
    const about = { check: 'gateway' };
    const place = `${host} (${hostAndPort({ host: address, port })})`;
    if (failure !== null || node === null)
      return finding(
        about,
        'critical',
        `gateway ${place}, to ${wanted[entry]}: ${failure?.detail ?? 'no answer'}`,
        [
          'where it leads, and why: dbctl gateway status',
          ...(failure?.kind === 'tls-name' ? ['put its name into the certificates: dbctl up'] : []),
        ],
      );
    if (entry === 'primary' && role !== 'primary')
      return finding(about, 'critical', `gateway ${place} leads writers to ${node}, which is a replica`, [
        'where it leads, and why: dbctl gateway status',
      ]);
    return finding(about, 'ok', `gateway ${place} leads to ${node}, a ${role}`);
  });

const wanted: Readonly<Record<EntryKind, string>> = {
  primary: 'the primary',
  replicas: 'a replica',
  any: 'any node',
};
