// .env.cluster, when another node leads.

import { replaceFile } from '../config/create-file.ts';
import { loadCluster } from '../config/load.ts';
import { shownPath } from '../config/shown-path.ts';
import { change, type Step } from '../engine/step.ts';
import type { LedCluster } from '../model/cluster.ts';
import { settingsFor } from '../model/topology.ts';

/** Names the leader in .env.cluster, comments and order kept. Where the file cannot be written, says what to write there. */
export function nameLeader(cluster: LedCluster, text: string | undefined): Step {
  const { file, primary } = cluster;
  const what = change(
    'cluster-file.name-primary',
    `name ${primary.name} as the primary in ${shownPath(file)}`,
  );
  const byHand = change(
    'cluster-file.by-hand',
    `${shownPath(file)} could not be written; write there: ${settingsFor(cluster, primary).join(' and ')}`,
  );
  return {
    title: `Name ${primary.name} as the primary in .env.cluster`,
    diff: async () =>
      loadCluster(file).configuredPrimary.name === primary.name ? [] : [text === undefined ? byHand : what],
    async apply() {
      if (text === undefined) return [];
      try {
        replaceFile(file, text);
        return [];
      } catch {
        return [byHand];
      }
    },
    // What a person has to write is told, and holds up nothing.
    verify: () => Promise.resolve([]),
  };
}
