import { type Cluster, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf } from '../backup/pgbackrest.ts';
import { formatBytes } from '../model/units.ts';
import type { WalSight } from './facts.ts';
import type { Progress } from '../engine/progress.ts';
import type { ReadableHost } from '../host/host.ts';
import { queueLimitOf, walDirectory, walServerFacts } from './wal-facts.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';

/** How long WAL is watched to know how fast it is written. */
const watchedSeconds = 2;

/** Looks at the WAL of every node, all at once; one that cannot be reached hides no other. Changes nothing. */
export async function seeWal(
  cluster: Cluster,
  options: LoginOptions,
  progress: Progress,
): Promise<readonly WalSight[]> {
  const sights: WalSight[] = [];
  const jobs = cluster.nodes.map((node) => ({
    title: node.name,
    async run(report: (note: string) => void) {
      report(`watch it for ${watchedSeconds} s`);
      const [asked] = await askMachines(cluster, [node], options, (host) => lookAt(cluster, node, host));
      const sight = asked?.answer ?? { node: node.name, problem: asked?.problem ?? '' };
      sights.push(sight);
      if (sight.problem !== undefined) return { status: 'failed', note: sight.problem } as const;
      const { bytes = 0, files = 0 } = sight.directory ?? {};
      return { status: 'in place', note: `${formatBytes(bytes)} in ${files} files` } as const;
    },
  }));
  await progress.stage('Look at the WAL', jobs, 'together');
  return sights;
}

async function lookAt(cluster: Cluster, node: Node, host: ReadableHost): Promise<WalSight> {
  const instance = instanceOf(cluster, node);
  const [server, directory, config] = await Promise.all([
    host.ask(walServerFacts(instance, watchedSeconds)),
    host.ask(walDirectory(instance)),
    host.readFile(nodeConfigOf(cluster, node)),
  ]);
  const queueLimitBytes = config && queueLimitOf(config.content);
  return { node: node.name, server, directory, queueLimitBytes };
}
