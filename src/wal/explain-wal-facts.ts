import type { Cluster, Node } from '../model/cluster.ts';
import { explainWal, leadersAmong } from './explain-wal.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, queueLimitOf } from '../backup/pgbackrest.ts';
import { formatBytes } from '../model/units.ts';
import type { WalFacts } from './facts.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks, type Watch } from '../engine/run-tasks.ts';
import type { ReadableHost } from '../host/host.ts';
import { walDirectory, walServerFacts } from './wal-query.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';

/** How long WAL is watched to know how fast it is written. */
const watchedSeconds = 2;

/** Looks, and explains; also whether the primary was seen, which most of it is about. */
export async function explainWalOf(cluster: Cluster, login: LoginOptions, listener: Listener) {
  const sights = await readWalFacts(cluster, login, listener);
  const leaders = leadersAmong(cluster, sights);
  const { name } = leaders[0]?.node ?? cluster.configuredPrimary;
  const primary = sights.find(({ node }) => node === name);
  return { explanation: explainWal(cluster, sights), isPrimarySeen: primary?.problem === undefined, leaders };
}

/** Looks at the WAL of every node, all at once; one that cannot be reached hides no other. Changes nothing. */
async function readWalFacts(
  cluster: Cluster,
  options: LoginOptions,
  listener: Listener,
): Promise<readonly WalFacts[]> {
  const tasks = cluster.nodes.map((node) => ({
    host: node.name,
    async work({ report }: Watch) {
      report(`measure for ${watchedSeconds} s`);
      const [asked] = await askMachines(cluster, [node], options, (host) => lookAt(cluster, node, host));
      const answer = asked?.answer ?? { node: node.name, problem: asked?.problem ?? '' };
      if (answer.problem !== undefined) return { answer, status: 'failed', note: answer.problem } as const;
      const { bytes = 0, files = 0 } = answer.directory ?? {};
      return { answer, status: 'in place', note: `${formatBytes(bytes)} in ${files} files` } as const;
    },
  }));
  return runTasks('Measure the WAL', tasks, listener);
}

async function lookAt(cluster: Cluster, node: Node, host: ReadableHost): Promise<WalFacts> {
  const instance = instanceOf(cluster, node);
  const [server, directory, config] = await Promise.all([
    host.ask(walServerFacts(instance, watchedSeconds)),
    host.ask(walDirectory(instance)),
    host.readFile(nodeConfigOf(cluster, node)),
  ]);
  const queueLimitBytes = config && queueLimitOf(config.content);
  return { node: node.name, server, directory, queueLimitBytes };
}
