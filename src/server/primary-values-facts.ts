// A replica does not start with less than its primary ran with where the replica's data ends. While the primary still runs
// with more than .env.cluster says, a replica that is to be started is given that in its settings.

import { query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { script } from '../host/script.ts';
import type { Instance } from '../model/instance.ts';
import { parseRecorded } from '../postgres/file-settings.ts';
import { standbyParameters, type StandbyValues } from '../postgres/standby-parameters.ts';
import { standbyValuesIn, startTrial } from '../postgres/start-trial.ts';

const headline = '# More than .env.cluster says: its primary has not restarted with less yet.';

/** What its primary ran with, of a replica that is to be started or has more than the file says; undefined for others. */
export const startNeeds = ({
  dataDirectory,
  binDirectory,
  files,
}: Instance): Query<StandbyValues | undefined> =>
  query(script('server/replica-needs.sh', dataDirectory, binDirectory, files.settings, headline), (stdout) =>
    stdout === '' ? undefined : parseRecorded(stdout),
  );

/** The lines that a replica's settings end with so that it starts; '' where what they say already is enough. */
export async function linesToStart(host: ReadableHost, instance: Instance, text: string): Promise<string> {
  const needed = await host.ask(startNeeds(instance));
  if (needed === undefined) return '';
  const valuesWith = async (content: string): Promise<StandbyValues | undefined> =>
    standbyValuesIn(await host.ask(startTrial(instance, { files: { [instance.files.settings]: content } })));
  const values = await valuesWith(text);
  const missing = standbyParameters.filter((name) => values && values[name] < needed[name]);
  if (missing.length === 0) return '';
  const lines = [headline, ...missing.map((name) => `${name} = ${needed[name]}`), ''].join('\n');
  // Where something else wins over them, they would only hide that.
  const raised = await valuesWith(`${text}${lines}`);
  return missing.every((name) => raised && raised[name] >= needed[name]) ? lines : '';
}
