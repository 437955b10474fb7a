import { change, type Change, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import { reloadService, serviceState, startService } from './service.ts';
import { newestChange } from './paths.ts';
import { unitJournalTail } from './evidence.ts';

export interface Service {
  /** "dbctl-pgbackrest-shop.service" */
  readonly unit: string;
  /** What it reads when it starts: a change to one of them takes a restart. The unit's own file among them. */
  readonly startFiles: readonly string[];
  /** What it reads anew when it is reloaded. */
  readonly reloadFiles: readonly string[];
}

/** Keeps a service running from boot on, with its files as they are now. */
export function ensureService(title: string, { unit, startFiles, reloadFiles }: Service): Step {
  async function look(host: ReadableHost) {
    const [state, startChanged, reloadChanged] = await Promise.all([
      host.ask(serviceState(unit)),
      host.ask(newestChange(startFiles)),
      host.ask(newestChange(reloadFiles)),
    ]);
    return { ...state, mustStart: startChanged > state.loadedAt, mustReload: reloadChanged > state.loadedAt };
  }

  return {
    title,
    ...unitJournalTail(unit),

    async diff(host): Promise<readonly Change[]> {
      const { isActive, isEnabled, mustStart, mustReload } = await look(host);
      if (!isActive) return [change('unit.start', `start ${unit}`, unit)];
      if (mustStart) return [change('unit.restart', `restart ${unit}`, unit)];
      if (!isEnabled) return [change('unit.enable', `start ${unit} at boot`, unit)];
      return mustReload ? [change('unit.reload', `reload ${unit}`, unit)] : [];
    },

    async apply(host, report) {
      const { isActive, isEnabled, mustStart } = await look(host);
      const isReloadEnough = isActive && isEnabled && !mustStart;
      await host.run(isReloadEnough ? reloadService(unit) : startService(unit));
      const isUp = await waitUntil(
        async () => {
          report(`waiting until ${unit} runs`);
          const now = await look(host);
          return now.isActive && !now.mustStart && !now.mustReload;
        },
        { deadlineMs: 15_000 },
      );
      if (!isUp) throw notRunning(host, unit);
    },
  };
}

const notRunning = (host: ReadableHost, unit: string): CommandError =>
  new CommandError({
    what: `${unit} does not run on ${host.name}`,
    next: [`read more of its journal, on ${host.name}: journalctl -u ${unit}`],
  });
