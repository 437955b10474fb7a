import type { Instance } from '../../cluster/instance.ts';
import { waitUntil } from '../../engine/wait-until.ts';
import type { Step } from '../../engine/step.ts';
import { RefusedError } from '../../errors.ts';
import { fileSettings } from '../../shell/file-settings.ts';
import { reload } from '../../shell/settings.ts';
import { serverSays } from '../evidence.ts';

/** Makes a running server read its files now, whether they are new or not, and sees that it did. */
export function reloadNode(instance: Instance): Step {
  let before: number | undefined;
  return {
    title: 'Load the settings',
    ...serverSays(instance),

    async diff(host) {
      const { loadedAt } = await host.ask(fileSettings(instance));
      before ??= loadedAt;
      return loadedAt > before ? [] : ['reload PostgreSQL'];
    },

    async apply(host) {
      await host.run(reload(instance));
      const isLoaded = async () => (await host.ask(fileSettings(instance))).loadedAt > (before ?? 0);
      await waitUntil(isLoaded, { deadlineMs: 10_000 });
    },
  };
}

export const unacceptable = (host: string, errors: readonly string[]): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${host} would not accept its files as they are now`,
    why: errors.join('\n'),
    next: ['correct POSTGRES_CONF_* in .env.cluster, or the file that is named', 'nothing was touched'],
  });
