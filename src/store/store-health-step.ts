import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { healthPath, storeFiles } from './store.ts';
import { storeProblem, type StoreProblem } from './store-link.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { askStoreInTurn } from './s3-query.ts';
import { type Space, spaceAt } from '../system/store.ts';
import { rootAccess } from './store-bucket-step.ts';
import { unitJournalTail } from '../system/evidence.ts';

export interface StoreHealth extends Space {
  /** What keeps the store from working; undefined when it is healthy. */
  readonly problem: StoreProblem | undefined;
}

/** How an object store of dbctl's own is, asked on its host. */
export async function storeHealth(
  cluster: Cluster,
  store: StoreRepository,
  control: ReadableHost,
): Promise<StoreHealth> {
  const [problem, space] = await Promise.all([
    findProblem(cluster, store, control),
    control.ask(spaceAt(storeFiles(cluster, store.kind).data)),
  ]);
  return { problem, ...space };
}

/** It says that it is healthy, and takes its root's key. */
async function findProblem(cluster: Cluster, store: StoreRepository, host: ReadableHost) {
  const root = rootAccess(cluster, store);
  const health = { method: 'GET', path: healthPath[store.kind] } as const;
  const list = { method: 'GET', path: '/' } as const;
  const questions = [[{ ...root, key: undefined }, health] as const, [root, list] as const];
  const answers = await host.ask(askStoreInTurn(questions));
  return answers.map((answer) => storeProblem(answer, 'list')).find((problem) => problem !== undefined);
}

/** Waits for a store that was started just now. */
export const verifyStoreHealth = (cluster: Cluster, store: StoreRepository): Step => ({
  title: 'Verify that the store is healthy',
  ...unitJournalTail(storeFiles(cluster, store.kind).unit),

  async diff(host) {
    return (await findProblem(cluster, store, host)) === undefined
      ? []
      : [change('store.wait', 'wait until the store is healthy')];
  },

  async apply(host, report) {
    let problem: StoreProblem | undefined;
    const isHealthy = await waitUntil(
      async () => {
        report('waiting until the store is healthy');
        return (problem = await findProblem(cluster, store, host)) === undefined;
      },
      { deadlineMs: 60_000 },
    );
    if (isHealthy) return;
    const { unit } = storeFiles(cluster, store.kind);
    throw new CommandError({
      what: `the object store on ${host.name} is not healthy: ${problem?.what}`,
      next: [problem?.next ?? '', `read more of its journal, on ${host.name}: journalctl -u ${unit}`],
    });
  },
});
