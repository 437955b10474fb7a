import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { healthPath, storeFiles } from './store.ts';
import { storeProblem, type StoreProblem } from './store-link.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { askStoreInTurn } from './s3-query.ts';
import { spaceAt } from '../system/store.ts';
import { rootAccess } from './store-bucket-step.ts';
import { unitJournalTail } from '../system/evidence.ts';

/** How an object store of dbctl's own is, asked on its host. */
export async function storeHealth(cluster: Cluster, store: StoreRepository, control: ReadableHost) {
  const [problem, space] = await Promise.all([
    findProblem(cluster, store, control),
    control.ask(spaceAt(storeFiles(cluster, store.kind).data)),
  ]);
  // What keeps the store from working; undefined when it is healthy.
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
export const verifyStoreHealth = (cluster: Cluster, store: StoreRepository): Step => {
  const { unit } = storeFiles(cluster, store.kind);
  const what = change('store.wait', 'wait until the store is healthy');
  return ensure('Verify that the store is healthy', what, {
    ...unitJournalTail(unit),
    isRight: async (host) => (await findProblem(cluster, store, host)) === undefined,

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
      throw new CommandError({
        what: `the object store on ${host.name} is not healthy: ${problem?.what}`,
        next: [problem?.next ?? '', `read more of its journal, on ${host.name}: journalctl -u ${unit}`],
      });
    },
  });
};
