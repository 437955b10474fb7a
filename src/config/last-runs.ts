import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../model/cluster.ts';
import type { TarFile } from '../model/tar.ts';
import { stateDirectory } from './environment.ts';

const keptRuns = 10;
const longestLog = 512 * 1024;

/** The logs of the last runs of dbctl on a cluster. They may hold secrets that have changed since. */
export function lastRuns(cluster: Pick<Cluster, 'name'>, state = stateDirectory()): readonly TarFile[] {
  const directory = join(state, cluster.name);
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.log'));
    return names
      .toSorted()
      .slice(-keptRuns)
      .map((name) => ({
        path: `runs/${name}`,
        text: wholeLines(readFileSync(join(directory, name), 'utf8')),
      }));
  } catch {
    // There were no runs, or their logs are somebody else's.
    return [];
  }
}

/** The end of a long text, from the beginning of a line: a secret that is cut in two could not be recognised. */
function wholeLines(text: string): string {
  if (text.length <= longestLog) return text;
  const end = text.slice(-longestLog);
  return end.slice(end.indexOf('\n') + 1);
}
