import { change, type Change, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { ReadableHost } from '../host/host.ts';
import { newestChange } from './paths.ts';
import { unitJournalTail } from './evidence.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { epochOf, showUnits } from '../host/systemd.ts';
import { fieldsIn } from '../model/answers.ts';

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

export const serviceState = (unit: string): Query<ReturnType<typeof parseServiceState>> =>
  query(showUnits('UnitFileState,ActiveState,StateChangeTimestamp', unit), parseServiceState);

export function parseServiceState(stdout: string) {
  const { of } = fieldsIn(stdout);
  const isActive = of('ActiveState') === 'active';
  return {
    isEnabled: of('UnitFileState') === 'enabled',
    isActive,
    /** When it was last started or reloaded, seconds since 1970; 0 when it does not run, or that is no time, so that the unit loads again. */
    loadedAt: isActive ? (epochOf(of('StateChangeTimestamp')) ?? 0) : 0,
  };
}

/** Makes systemd read the unit's file, start it now and at every boot; a unit that runs is restarted. */
export const startService = (unit: string): Action =>
  action(sh('systemctl daemon-reload && systemctl enable -q -- "$1" && systemctl restart -- "$1"', unit));

/** Makes systemd read the unit's file, and the service its own; it runs on. */
export const reloadService = (unit: string): Action =>
  action(sh('systemctl daemon-reload && systemctl reload -- "$1"', unit));

/** Stops a unit, now and at every boot. Does nothing when there is none. */
export const stopService = (unit: string): Action =>
  action(sh('systemctl disable -q --now -- "$1" 2>/dev/null || :', unit));
