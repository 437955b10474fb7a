// Looks at every node at the same time over the PostgreSQL protocol, and judges what was seen.

import { withResolvers } from '../model/with-resolvers.ts';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Cluster, Node } from '../model/cluster.ts';
import type { NodeFacts } from './facts.ts';
import { reportOf, type ProbeReport } from './report.ts';
import { lookupOnce, trustOnly, type Target } from './connection.ts';
import { ConfigError } from '../model/errors.ts';
import { probeGateways } from './gateways.ts';
import { places } from './places.ts';
import { gatherNode, type MarkBoard, type Posted } from './probe-node.ts';

/**
 * Each is five sessions. More at a time take no less time altogether where processors are the limit, and at the
 * deadline fewer are done; fewer at a time take longer where the network is slow.
 */
const nodesAtOnce = 32;

/**
 * One round. Takes at most `timeoutMs` (plus a moment for closing), however many nodes are dead.
 * Throws ConfigError when the cluster's CA certificate cannot be read.
 */
export async function probeCluster(cluster: Cluster, timeoutMs: number): Promise<ProbeReport> {
  const trust = trustOnly(await readCa(cluster));
  const deadline = AbortSignal.timeout(timeoutMs);
  // Every session listens, and Node suspects a leak above ten.
  setMaxListeners(0, deadline);
  const board = markBoard(cluster.probed, deadline, Math.min(1, timeoutMs / 2000));
  const lookup = lookupOnce(deadline);
  const enter = places(nodesAtOnce, { firstMs: 100, nextMs: timeoutMs / 3 }, deadline);
  const shared = { database: cluster.postgres.database, trust, deadline, lookup };
  const gather = async (node: Node): Promise<NodeFacts> => {
    const place = await enter();
    const target: Target = { ...shared, node, answered: place.stay };
    return gatherNode(target, cluster, board, place);
  };
  const [gateways, ...nodes] = await Promise.all([
    probeGateways(cluster, shared),
    ...cluster.probed.map(gather),
  ]);
  return reportOf(cluster, nodes, Date.now(), gateways);
}

export interface Waiting {
  readonly timeoutMs: number;
  /** Look again until everything is OK, for at most this long; 0 looks once. */
  readonly waitMs: number;
  /** Called after each round that was not OK yet and is followed by another. */
  readonly onProblem: (report: ProbeReport) => void;
}

const pauseMs = 1000;

/** Rounds until all is well or the time is up; answers the last one. */
export async function probeUntilGreen(
  cluster: Cluster,
  { timeoutMs, waitMs, onProblem }: Waiting,
): Promise<ProbeReport> {
  const end = Date.now() + waitMs;
  for (;;) {
    const report = await probeCluster(cluster, timeoutMs);
    if (report.status === 'ok' || Date.now() + pauseMs >= end) return report;
    onProblem(report);
    await new Promise((wake) => setTimeout(wake, pauseMs));
  }
}

async function readCa(cluster: Cluster): Promise<string> {
  try {
    return await readFile(cluster.caCertificateFile, 'utf8');
  } catch (cause) {
    throw new ConfigError({
      what: `the CA certificate of ${cluster.name} cannot be read, so no server can be trusted`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: [
        'dbctl init-primary   (writes it next to .env.cluster)',
        'or set CLUSTER_CA_CERT to a copy of the certificate',
      ],
      cause,
    });
  }
}

/** The first primary that posts wins. Without one, waiting ends when every node has passed, or at the deadline. */
function markBoard(nodes: readonly Node[], deadline: AbortSignal, patience: number): MarkBoard {
  const awaited = new Set(nodes.map(({ name }) => name));
  const { promise, resolve } = withResolvers<Posted | undefined>();
  deadline.addEventListener('abort', () => resolve(undefined), { once: true });
  return {
    mark: promise,
    patience,
    post: (mark) => resolve({ mark, takenAt: performance.now() }),
    pass: ({ name }) => {
      awaited.delete(name);
      if (awaited.size === 0) resolve(undefined);
    },
  };
}
