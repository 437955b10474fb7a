// The bundle of a report: what hosts say, what this machine remembers, and how .env.cluster is loaded.

import { settingsText } from '../cluster-file/settings-text.ts';
import { lastRuns } from '../config/environment.ts';
import { allSecrets, type LoadedConfig } from '../config/load.ts';
import { shownSettings, unusedLines } from '../cluster-file/shown-settings.ts';
import type { Listener } from '../engine/event.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { bundleName, makeBundle } from './make-bundle.ts';
import { gatherReport } from './report-facts.ts';

interface ReportOptions {
  /** Where it goes, if not beside the working directory under a name of its own. */
  readonly outputFile: string | undefined;
  readonly progress: Listener;
}

export async function writeReport(
  loaded: LoadedConfig,
  login: LoginOptions,
  { outputFile, progress }: ReportOptions,
) {
  const { cluster } = loaded;
  const settings = shownSettings(loaded);
  const configText = settingsText({ cluster, settings, unused: unusedLines(loaded) });
  const now = new Date();
  const hosts = await gatherReport(cluster, login, progress);
  return makeBundle(outputFile ?? `${bundleName(cluster, now)}.tar.gz`, {
    cluster,
    secrets: allSecrets(loaded),
    local: [{ path: 'config.txt', text: configText }, ...lastRuns(cluster)],
    hosts,
    now,
  });
}
