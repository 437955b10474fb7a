import { expect, test } from 'vitest';
import { oneByOne, onlyOn, runPlan, together } from '../../../src/engine/run-plan.ts';
import { CommandError, RefusedError } from '../../../src/model/errors.ts';
import type { Step } from '../../../src/engine/step.ts';
import { ownFile } from '../../../src/system/own-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedProgress } from '../../support/recorded-progress.ts';

const pg1 = () => fakeHost({}, {}, 'pg1');
const pg2 = () => fakeHost({}, {}, 'pg2');
const pg3 = () => fakeHost({}, {}, 'pg3');

const write = (path: string): Step =>
  ownFile(`Write ${path}`, { path, content: 'x', owner: 'root:root', mode: 0o600 });
const failing = (text: string, onHost?: string): Step => ({
  title: 'Fail',
  async diff({ name }) {
    if (onHost === undefined || name === onHost) throw new Error(`${text} on ${name}`);
    return [];
  },
  async apply() {},
});

const thrown = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('stages run in order, and every change is answered with its host and step', async () => {
  const [one, two] = [pg1(), pg2()];
  const { progress, results } = recordedProgress();

  const result = await runPlan(
    [
      together('Prepare', [one.host, two.host], () => [write('/a')]),
      onlyOn('Start', one.host, () => [write('/a'), write('/b')]),
    ],
    progress,
  );

  expect(result.changes).toEqual([
    { host: 'pg1', step: 'Write /a', id: 'file.write', subject: '/a', change: 'write /a' },
    { host: 'pg2', step: 'Write /a', id: 'file.write', subject: '/a', change: 'write /a' },
    { host: 'pg1', step: 'Write /b', id: 'file.write', subject: '/b', change: 'write /b' },
  ]);
  expect(results['Start: pg1']).toEqual({ status: 'changed', note: 'write /b' });
});

test.each([
  [4, 'write /0, write /1, write /2, write /3'],
  [5, 'write /0, write /1, write /2, and 2 more'],
])('a row has room for a few changes (%i), and the answer for all of them', async (count, note) => {
  const { progress, results } = recordedProgress();
  const steps = Array.from({ length: count }, (_, index) => write(`/${index}`));

  const { changes } = await runPlan([onlyOn('Prepare', pg1().host, () => steps)], progress);

  expect(changes).toHaveLength(count);
  expect(results['Prepare: pg1']).toEqual({ status: 'changed', note });
});

test('a second run changes nothing', async () => {
  const { host } = pg1();
  const plan = [onlyOn('Prepare', host, () => [write('/a')])];
  await runPlan(plan, recordedProgress().progress);
  const { progress, results } = recordedProgress();

  const second = await runPlan(plan, progress);

  expect(second.changes).toEqual([]);
  expect(results).toEqual({ 'Prepare: pg1': { status: 'in place', note: '' } });
});

test('a part that is known only later is made when its time comes', async () => {
  const { host, disk } = pg1();
  const later = async () => (disk.has('/a') ? [onlyOn('Go on', host, () => [write('/b')])] : []);

  const { changes } = await runPlan(
    [onlyOn('Prepare', host, () => [write('/a')]), later],
    recordedProgress().progress,
  );

  expect(changes.map(({ change }) => change)).toEqual(['write /a', 'write /b']);
});

test('the other hosts finish when one fails, and the failure is thrown as it is', async () => {
  const [one, two] = [pg1(), pg2()];
  const { progress, results } = recordedProgress();
  const plan = [
    together('Prepare', [one.host, two.host], () => [failing('no disk', 'pg1'), write('/a')]),
    together('Go on', [one.host, two.host], () => [write('/b')]),
  ];

  const error = await thrown(runPlan(plan, progress));

  expect(error).toMatchObject({ message: 'no disk on pg1' });
  expect(results['Prepare: pg1']).toEqual({ status: 'failed', note: 'no disk on pg1' });
  expect([one.disk.size, [...two.disk.keys()]]).toEqual([0, ['/a']]);
});

test('the failures of several hosts are thrown together', async () => {
  const stage = together('Prepare', [pg1().host, pg2().host, pg3().host], () => [failing('no disk')]);

  const error = await thrown(runPlan([stage], recordedProgress().progress));

  expect(error).toBeInstanceOf(AggregateError);
  expect(error).toMatchObject({
    message: 'Prepare failed',
    errors: [{ message: 'no disk on pg1' }, { message: 'no disk on pg2' }, { message: 'no disk on pg3' }],
  });
});

test('something thrown that is no error is shown and thrown as it is', async () => {
  const odd: Step = {
    title: 'Be odd',
    diff: () => Promise.reject('odd'),
    apply: async () => {},
  };
  const { progress, results } = recordedProgress();

  const error = await thrown(runPlan([onlyOn('Prepare', pg1().host, () => [odd])], progress));

  expect(error).toBe('odd');
  expect(results['Prepare: pg1']?.note).toBe('odd');
});

test('one by one, a host waits for the one before it', async () => {
  const seen: string[] = [];
  const slow: Step = {
    title: 'Restart',
    async diff({ name }) {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`${name} ends`);
      return [];
    },
    async apply() {},
  };
  const stage = oneByOne(together('Restart', [pg1().host, pg2().host], () => [slow]));

  await runPlan([stage], recordedProgress().progress);

  expect(seen).toEqual(['pg1 begins', 'pg1 ends', 'pg2 begins', 'pg2 ends']);
});

test('one by one, nothing is started after a failure', async () => {
  const hosts = [pg1(), pg2(), pg3()];
  const { progress, results } = recordedProgress();
  const stage = oneByOne(
    together(
      'Restart',
      hosts.map(({ host }) => host),
      () => [failing('no', 'pg2'), write('/a')],
    ),
  );

  const error = await thrown(runPlan([stage], progress));

  expect(error).toMatchObject({ message: 'no on pg2' });
  expect(Object.values(results).map(({ status }) => status)).toEqual(['changed', 'failed', 'not started']);
  expect(hosts.map(({ disk }) => disk.size)).toEqual([1, 0, 0]);
});

const breaking = (onHost: string): Step => ({
  title: 'Break',
  async diff({ name }) {
    if (name === onHost) throw new CommandError({ what: `${name} broke` });
    return [];
  },
  async apply() {},
});

test('a host that may fail takes no part in what follows, holds up no other, and its failure is thrown at the end', async () => {
  const [one, two, three] = [pg1(), pg2(), pg3()];
  const { progress, results } = recordedProgress();
  const seen: string[][] = [];

  const error = await thrown(
    runPlan(
      [
        together('Check', [one.host, two.host, three.host], () => [breaking('pg2'), write('/checked')]),
        async (failed) => {
          seen.push([...failed]);
          return [together('Make', [two.host, three.host], () => [write('/made')])];
        },
        onlyOn('Alone', two.host, () => [write('/made')]),
        onlyOn('Finish', one.host, () => [write('/finished')]),
      ],
      progress,
      { mayFail: new Set(['pg2', 'pg3']) },
    ),
  );

  expect(String(error)).toContain('pg2 broke');
  expect(seen).toEqual([['pg2']]);
  expect([...two.disk.keys()]).toEqual([]);
  expect([...three.disk.keys()]).toEqual(['/checked', '/made']);
  expect([...one.disk.keys()]).toEqual(['/checked', '/finished']);
  expect(results['Check: pg2']).toEqual({ status: 'failed', note: 'pg2 broke' });
  expect(Object.keys(results)).not.toContain('Alone: pg2');
});

test('a failure of a host that may not fail ends the plan, and all failures are told', async () => {
  const [one, two] = [pg1(), pg2()];
  const both: Step = { ...breaking('pg1'), diff: async ({ name }) => breaking(name).diff({ name } as never) };

  const error = await thrown(
    runPlan(
      [together('Check', [one.host, two.host], () => [both]), onlyOn('Next', one.host, () => [write('/a')])],
      recordedProgress().progress,
      { mayFail: new Set(['pg2']) },
    ),
  );

  expect((error as AggregateError).errors.map(String)).toEqual([
    expect.stringContaining('pg1 broke'),
    expect.stringContaining('pg2 broke'),
  ]);
  expect([...one.disk.keys()]).toEqual([]);
});

test.each([
  ['a bug', new Error('no such thing')],
  ['a refusal', new RefusedError({ what: 'not fit' })],
])('%s on a host that may fail ends the plan', async (_what, failure) => {
  const [one, two] = [pg1(), pg2()];
  const step: Step = {
    title: 'Fail',
    async diff({ name }) {
      if (name === 'pg2') throw failure;
      return [];
    },
    async apply() {},
  };

  const error = await thrown(
    runPlan(
      [
        together('Prepare', [one.host, two.host], () => [step]),
        onlyOn('Next', one.host, () => [write('/a')]),
      ],
      recordedProgress().progress,
      { mayFail: new Set(['pg2']) },
    ),
  );

  expect(error).toBe(failure);
  expect([...one.disk.keys()]).toEqual([]);
});

test('one by one, the hosts after one that may fail are not started either', async () => {
  const [two, three] = [pg2(), pg3()];

  const error = await thrown(
    runPlan(
      [oneByOne(together('Restart', [two.host, three.host], () => [breaking('pg2'), write('/a')]))],
      recordedProgress().progress,
      { mayFail: new Set(['pg2', 'pg3']) },
    ),
  );

  expect(String(error)).toContain('pg2 broke');
  expect([...three.disk.keys()]).toEqual([]);
});
