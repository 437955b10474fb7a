import type { Instance } from '../model/instance.ts';
import { changedParameters } from './parameters.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import { change, type Coming, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { fileSettings } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { postmasterParameters } from '../postgres/settings.ts';
import { newestChange } from '../system/paths.ts';
import { Secret } from '../model/secret.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { contentOf, type OwnFile } from '../system/own-file.ts';
import { restartPostgres } from './start-postgres-step.ts';

export interface Reloading {
  /** Also when it has read all that is there. */
  readonly always?: boolean;
}

/** Makes the running server read its files when they are newer than what it has loaded, and accept all of them. */
export function reloadSettings(instance: Instance, { always = false }: Reloading = {}): Step {
  let firstSeen: number | undefined;
  async function look(host: ReadableHost) {
    const [changedAt, loaded] = await Promise.all([
      host.ask(newestChange(Object.values(instance.files))),
      host.ask(ifRunning(instance, fileSettings(instance))),
    ]);
    if (loaded === undefined) return undefined;
    firstSeen ??= loaded.loadedAt;
    const isStale = always ? loaded.loadedAt === firstSeen : loaded.loadedAt < changedAt;
    return { isStale, errors: loaded.errors };
  }

  return {
    title: 'Reload the settings',
    readsFiles: Object.values(instance.files),
    ...serverLogTail(instance),

    async diff(host, { filesWillChange = false }: Partial<Coming> = {}) {
      const seen = await look(host);
      if (seen === undefined) return [];
      if (seen.isStale || filesWillChange) return [change('postgres.reload', 'reload PostgreSQL')];
      if (seen.errors.length > 0) throw notAccepted(host.name, seen.errors);
      return [];
    },

    async apply(host) {
      await host.run((await readControl(host, instance)).reload);
      await waitUntil(async () => (await look(host))?.isStale === false, { deadlineMs: 10_000 });
    },
  };
}

/** The parameters that the file does not have yet as wanted, and that a reload will not change. */
async function restartsComing(
  host: ReadableHost,
  instance: Instance,
  wanted: OwnFile,
): Promise<readonly string[]> {
  const [found, content] = await Promise.all([host.readFile(wanted.path), contentOf(wanted, host)]);
  if (found === undefined || content instanceof Secret) return [];
  const names = changedParameters(found.content, content);
  if (names.length === 0) return [];
  return (await host.ask(ifRunning(instance, postmasterParameters(instance, names)))) ?? [];
}

const notAccepted = (host: string, errors: readonly string[]): CommandError =>
  new CommandError({
    what: `PostgreSQL on ${host} rejects its new settings and continues with the old ones`,
    evidence: errors.join('\n'),
    next: ['correct POSTGRES_CONF_* in .env.cluster and run the same command again'],
  });

export interface Restarting {
  readonly allowed: boolean;
  /** The settings that it will have by then: a plan says what a restart is coming for. */
  readonly wanted?: OwnFile;
}

/** Restarts the server when a parameter waits for it, but only when that was asked for. */
export const restartWhenAsked = (instance: Instance, { allowed, wanted }: Restarting): Step => ({
  title: 'Restart PostgreSQL for changed settings',
  disrupts: true,
  ...serverLogTail(instance),

  async diff(host) {
    const [loaded, coming] = await Promise.all([
      host.ask(ifRunning(instance, fileSettings(instance))),
      wanted ? restartsComing(host, instance, wanted) : [],
    ]);
    const names = [...new Set([...(loaded?.pendingRestart ?? []), ...coming])].toSorted();
    return names.length === 0
      ? []
      : [change('postgres.restart', `restart PostgreSQL for ${names.join(', ')}`, names.join(','))];
  },

  async apply(host, report) {
    if (!allowed) {
      const { pendingRestart } = await host.ask(fileSettings(instance));
      throw new RefusedError({
        what: `${host.name} needs a restart for ${pendingRestart.join(', ')}`,
        why: 'A restart closes every connection, so it is done only with --restart. Everything else is in place.',
        next: ['run the same command with --restart at a good time'],
      });
    }
    await restartPostgres(host, instance, report);
  },
});
