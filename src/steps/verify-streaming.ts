import type { Cluster, Node } from '../cluster/cluster.ts';
import { formatBytes } from '../cluster/units.ts';
import { instanceOf } from '../cluster/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Step } from '../engine/step.ts';
import { RefusedError, UnverifiedError } from '../errors.ts';
import type { Host, ReadableHost } from '../remote/host.ts';
import { acceptsConnections, lastLogLines } from '../shell/instance.ts';
import type { Socket } from '../shell/psql.ts';
import { bytesBehind, isWalGone, primaryFacts, replicaFacts, senderFacts } from '../shell/replication.ts';

/** A replica that is fine answers at once; this long a look may take, in milliseconds. */
const lookMs = 2000;
/** Given up when no byte was replayed for this long, in milliseconds. */
const standstillMs = 60_000;

/** Waits until both sides say that the replica streams, and it has replayed past a position taken on the primary. */
export function verifyStreaming(cluster: Cluster, node: Node, primary: Host): Step {
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
    title: 'Verify that it streams',

    async diff(host) {
      const runs = await host.ask(acceptsConnections(instance));
      const streams = runs && (await waitUntil(() => isStreaming(host), { deadlineMs: lookMs }));
      return streams ? [] : ['catch up with the primary'];
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
          await refuseWhenWalIsGone(host, { cluster, node, primary });
          if (Date.now() - movedAt > standstillMs) throw await notStreaming(host, node, instance);
          return false;
        },
        { deadlineMs: Infinity },
      );
    },
  };
}

async function takePosition(primary: Host, socket: Socket): Promise<string> {
  const { flushLsn } = await primary.ask(primaryFacts(socket));
  if (flushLsn !== null) return flushLsn;
  throw new RefusedError({
    what: `${primary.name} is not a primary any more`,
    next: ['see who is: dbctl probe'],
  });
}

interface Pair {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly primary: Host;
}

/** Waiting is of no use for a replica whose next WAL file the primary has removed. */
async function refuseWhenWalIsGone(host: ReadableHost, { cluster, node, primary }: Pair): Promise<void> {
  const instance = instanceOf(cluster, node);
  const { replayLsn } = await host.ask(replicaFacts(instance));
  if (replayLsn === null) return;
  if (!(await primary.ask(isWalGone(instanceOf(cluster, cluster.primary), replayLsn)))) return;
  const { unit, dataDirectory } = instance;
  throw new RefusedError({
    what: `${node.name} cannot catch up: ${primary.name} has removed the WAL it needs`,
    why: `It stopped at ${replayLsn}, further back than ${primary.name} keeps WAL for it (max_slot_wal_keep_size).`,
    next: [
      `clone it anew: on ${node.name}, systemctl stop ${unit} && mv ${dataDirectory} ${dataDirectory}.old`,
      `then: dbctl add-replica ${node.name}`,
    ],
  });
}

const notStreaming = async (
  host: ReadableHost,
  node: Node,
  instance: ReturnType<typeof instanceOf>,
): Promise<UnverifiedError> =>
  new UnverifiedError({
    what: `${node.name} does not stream from the primary`,
    why: await host.ask(lastLogLines(instance)),
    next: [`more of its log: dbctl logs ${node.name}`, 'then run the same command again: it is safe'],
  });
