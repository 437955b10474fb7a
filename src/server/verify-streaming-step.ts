import type { LedCluster, Node } from '../model/cluster.ts';
import { formatBytes } from '../model/units.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { onceRunning } from '../postgres/psql.ts';
import { bytesBehind, isWalGone, primaryFacts, replicaFacts, senderFacts } from '../postgres/replication.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { soon } from '../system/evidence.ts';

/** A replica that is fine answers at once; this long a look may take, in milliseconds. */
const lookMs = 2000;

/** Given up when no byte was replayed for this long, in milliseconds. */
const standstillMs = 60_000;

/** Where WAL is that the primary has removed, for a cluster with backups. */
export interface Archive {
  /** Whether it goes on at a position where a replica stopped. */
  has(lsn: string): Promise<boolean>;
}

/**
 * Waits until both sides say that the replica streams, and it has replayed past a position taken on the primary. WAL
 * that only the archive has is replayed from there first.
 */
export function verifyStreaming(cluster: LedCluster, node: Node, primary: Host, archive?: Archive): Step {
  const instance = instanceOf(cluster, node);
  const socket = instanceOf(cluster, cluster.primary);
  let position: Promise<string> | undefined;
  const goal = (): Promise<string> => (position ??= takePosition(primary, socket));

  const behind = async (host: ReadableHost): Promise<number> => host.ask(bytesBehind(instance, await goal()));
  async function isStreaming(host: ReadableHost): Promise<boolean> {
    const [sender, replica, missing] = await Promise.all([
      primary.ask(senderFacts(socket, node.name)),
      host.ask(replicaFacts(instance)),
      behind(host),
    ]);
    return sender?.state === 'streaming' && replica.receiver?.status === 'streaming' && missing <= 0;
  }

  return {
    title: `Verify that ${node.name} streams`,
    ...serverLogTail(instance),

    async diff(host) {
      const runs = await host.ask(acceptsConnections(instance));
      const streams = runs && (await waitUntil(() => isStreaming(host), { deadlineMs: lookMs }));
      return streams ? [] : [change('replication.catch-up', 'catch up with the primary')];
    },

    async apply(host, report) {
      let least = Infinity;
      let movedAt = Date.now();
      await waitUntil(
        async () => {
          const missing = await behind(host);
          report(missing > 0 ? `catching up, ${formatBytes(missing)} to replay` : 'waiting until it streams');
          if (missing < least) [least, movedAt] = [missing, Date.now()];
          if (await isStreaming(host)) return true;
          await refuseWhenWalIsGone(host, { cluster, node, primary, archive });
          if (Date.now() - movedAt > standstillMs) throw await notStreaming(host, node, instance);
          return false;
        },
        { deadlineMs: Infinity },
      );
    },
  };
}

async function takePosition(primary: Host, socket: Instance): Promise<string> {
  const facts = await primary.ask(onceRunning(socket, primaryFacts(socket), primary.name));
  if (facts?.flushLsn) return facts.flushLsn;
  throw new RefusedError({
    what: `${primary.name} is no longer a primary`,
    next: ['find the primary: dbctl probe'],
  });
}

interface Pair {
  readonly cluster: LedCluster;
  readonly node: Node;
  readonly primary: Host;
  readonly archive: Archive | undefined;
}

/** Waiting is of no use for a replica whose next WAL file the primary has removed, and the archive does not have. */
async function refuseWhenWalIsGone(host: ReadableHost, pair: Pair): Promise<void> {
  const { cluster, node, primary, archive } = pair;
  const { replayLsn } = await host.ask(replicaFacts(instanceOf(cluster, node)));
  if (replayLsn === null) return;
  if (!(await primary.ask(isWalGone(instanceOf(cluster, cluster.primary), replayLsn)))) return;
  if (await archive?.has(replayLsn)) return;
  throw new RefusedError({
    what: `${node.name} cannot catch up: ${primary.name} has removed the WAL it needs`,
    why: `It stopped at ${replayLsn}, and ${primary.name} no longer keeps the WAL from there (max_slot_wal_keep_size).`,
    next: [
      `clone it again; its data is kept until the new copy streams: dbctl reinit ${node.name}`,
      ...(archive
        ? []
        : ['to prevent this, set up backups: replicas then catch up from the archive: dbctl backup setup']),
    ],
  });
}

/** Why PostgreSQL does not follow its primary, in its own words: of its log, the newest line that says so. */
export const refusalIn = (log: string): string | undefined =>
  log
    .split('\n')
    .findLast((line) =>
      /(FATAL|ERROR|LOG): .*(is not a child of this server's history|requested timeline|requested (WAL segment|starting point)|has already been removed|could not connect to the primary|highest timeline)/.test(
        line,
      ),
    );

const notStreaming = async (
  host: ReadableHost,
  node: Node,
  instance: ReturnType<typeof instanceOf>,
): Promise<UnverifiedError> => {
  const log = await host.ask(soon(controlOf(instance).log(200)));
  const refusal = refusalIn(log);
  const isOtherTimeline = refusal !== undefined && /timeline/.test(refusal);
  return new UnverifiedError({
    what: `${node.name} does not stream from the primary`,
    ...(refusal !== undefined && { why: `PostgreSQL on ${node.name} says: ${refusal.trim()}` }),
    evidence: log.split('\n').slice(-15).join('\n'),
    next: [
      ...(isOtherTimeline ? ['see whether another timeline stands in the way: dbctl backup check'] : []),
      `read more of its log: dbctl logs ${node.name}`,
      'then run the same command again: it is safe',
      `or clone it again: dbctl reinit ${node.name}`,
    ],
  });
};
