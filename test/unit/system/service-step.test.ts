import { expect, onTestFinished, test, vi } from 'vitest';
import { CommandError } from '../../../src/model/errors.ts';
import {
  reloadService,
  serviceState,
  startService,
  ensureService,
} from '../../../src/system/service-step.ts';
import { serviceJournal } from '../../../src/system/evidence.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { plan, run } from '../../support/shop.ts';

const unit = 'dbctl-x.service';
const startFiles = ['/etc/systemd/system/dbctl-x.service'];
const reloadFiles = ['/etc/x.conf'];
const step = ensureService('Run x', { unit, startFiles, reloadFiles });
const at = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19);

interface State {
  enabled: boolean;
  active: string;
  /** Seconds of the day. */
  loadedAt: number;
  startChanged: number;
  reloadChanged: number;
}

/** A host on which the service is so, and does what it is told, unless it dies at once. */
function hostWith(changes: Partial<State>, { dies = false } = {}) {
  const now: State = {
    enabled: true,
    active: 'active',
    loadedAt: 60,
    startChanged: 10,
    reloadChanged: 20,
    ...changes,
  };
  const day = Date.parse('2026-11-21T00:00:00Z') / 1000;
  const loaded = (): void => void Object.assign(now, { loadedAt: 80 });
  return fakeHost(
    {},
    answering(
      when(
        serviceState(unit),
        () =>
          `UnitFileState=${now.enabled ? 'enabled' : 'disabled'}\nActiveState=${now.active}\nStateChangeTimestamp=Sat 2026-11-21 ${at(now.loadedAt)} UTC\n`,
      ),
      when(newestChange(startFiles), () => `${day + now.startChanged}\n`),
      when(newestChange(reloadFiles), () => `${day + now.reloadChanged}\n`),
      when(startService(unit), () => {
        Object.assign(now, { enabled: true, active: dies ? 'failed' : 'active' });
        loaded();
      }),
      when(reloadService(unit), loaded),
      when(serviceJournal(unit), 'the address is in use\n'),
    ),
  );
}

const verbs = (ran: readonly string[]): string[] =>
  ran.map((line) => (line.includes('systemctl reload') ? 'reload' : 'start'));

test.each<[string, Partial<State>, string, string]>([
  ['is not there', { enabled: false, active: 'inactive' }, `start ${unit}`, 'start'],
  ['has failed', { active: 'failed' }, `start ${unit}`, 'start'],
  ['would not start at boot', { enabled: false }, `start ${unit} at boot`, 'start'],
  ["runs with an older file of its unit's", { startChanged: 70 }, `restart ${unit}`, 'start'],
  ['has not read its configuration', { reloadChanged: 70 }, `reload ${unit}`, 'reload'],
  ['has read neither', { startChanged: 70, reloadChanged: 70 }, `restart ${unit}`, 'start'],
])('a service that %s is put right once', async (_how, state, change, verb) => {
  const { host, ran } = hostWith(state);

  expect((await plan(step, host)).changes).toEqual([change]);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect(verbs(ran)).toEqual([verb]);
  expect((await run(step, host)).status).toBe('in place');
});

test('one that runs with its files as they are is left alone', async () => {
  const { host, ran } = hostWith({});

  expect((await run(step, host)).status).toBe('in place');
  expect(ran).toEqual([]);
});

test('one that does not stay up is told with the end of its journal', async () => {
  // It gets 15 s.
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { host } = hostWith({ active: 'inactive' }, { dies: true });

  const failure = run(step, host).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(20_000);

  expect(await failure).toBeInstanceOf(CommandError);
  expect(await failure).toMatchObject({ why: 'journal of dbctl-x.service:\nthe address is in use' });
});
