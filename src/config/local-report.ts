// What a support bundle has of the machine that dbctl runs on.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TarFile } from '../cluster/tar.ts';
import { stateDirectory } from './environment.ts';
import type { Understood } from './load.ts';

const keptRuns = 10;
const longestLog = 512 * 1024;

/** How .env.cluster was understood, and the logs of the last runs. Texts may hold secrets of earlier times. */
export const localReport = ({ cluster }: Understood, state = stateDirectory()): readonly TarFile[] => [
  // Secrets hide themselves from JSON.
  { path: 'config.txt', text: `${JSON.stringify(cluster, null, 2)}\n` },
  ...runLogs(join(state, cluster.name)),
];

function runLogs(directory: string): readonly TarFile[] {
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
