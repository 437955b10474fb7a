import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { storeFiles } from './store.ts';
import type { Step } from '../engine/step.ts';
import { serviceState, stopService } from '../system/service.ts';

/** Stops a store of the other kind, unless backups are still moving away from it. What it keeps stays where it is. */
export function stopFormerStore(cluster: Cluster, store: StoreRepository): Step {
  const former = store.kind === 'minio' ? 'versitygw' : 'minio';
  const isNeeded = cluster.backup?.movingFrom?.repository.kind === former;
  const { unit, data } = storeFiles(cluster, former);
  return {
    title: `Stop ${former}, which is not used any more`,

    async diff(host) {
      const { isActive, isEnabled } = await host.ask(serviceState(unit));
      return !isNeeded && (isActive || isEnabled) ? [`stop ${unit} (its objects stay in ${data})`] : [];
    },

    async apply(host) {
      await host.run(stopService(unit));
    },
  };
}
