// The settings with which a server is known to have started, kept beside those that it will start with: what a failed
// start goes back to.

import type { Instance } from '../model/instance.ts';
import type { Host } from '../host/host.ts';
import { fileSettings } from '../postgres/file-settings.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { ifRunning } from '../postgres/psql.ts';

const rememberedFile = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/dbctl.conf.ran`;

/** Keeps the settings of a server that runs with all of them. With some that wait for a restart, nobody knows yet. */
export async function rememberSettings(host: Host, instance: Instance): Promise<void> {
  const [found, loaded] = await Promise.all([
    host.readFile(instance.files.settings),
    host.ask(ifRunning(instance, fileSettings(instance))),
  ]);
  if (found === undefined || loaded === undefined) return;
  if (loaded.pendingRestart.length > 0 || loaded.errors.length > 0) return;
  await host.writeFile(rememberedFile(instance), found.content, found);
}

/** Puts them back. Answers whether that changed anything. */
export async function restoreSettings(host: Host, instance: Instance): Promise<boolean> {
  const [kept, found] = await Promise.all([
    host.readFile(rememberedFile(instance)),
    host.readFile(instance.files.settings),
  ]);
  if (kept === undefined || kept.content === found?.content) return false;
  await host.writeFile(instance.files.settings, kept.content, kept);
  return true;
}

/** Puts them back for a server that runs, which reads them. */
export async function undoSettings(host: Host, instance: Instance): Promise<void> {
  if (await restoreSettings(host, instance)) await host.run((await readControl(host, instance)).reload);
}
