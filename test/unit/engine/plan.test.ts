import { changing } from '../../support/changes.ts';
import { expect, test } from 'vitest';
import { CommandError, RefusedError, UnreachableError, UnverifiedError } from '../../../src/model/errors.ts';
import { plan } from '../../../src/engine/plan.ts';
import { onlyOn, together, type Plan } from '../../../src/engine/run-plan.ts';
import type { Change, Step } from '../../../src/engine/step.ts';
import { ownFile } from '../../../src/system/own-file.ts';
import { fakeHost } from '../../support/fake-host.ts';

const pg1 = fakeHost({}, {}, 'pg1').host;
const pg2 = fakeHost({}, {}, 'pg2').host;

const stepOf = (title: string, more: Partial<Step> = {}): Step => ({
  title,
  diff: () => Promise.resolve(changing(`do ${title}`)),
  apply: () => Promise.reject(new Error('a look applies nothing')),
  ...more,
});

const ownedFile = (path: string): Step =>
  ownFile(`Write ${path}`, { path, content: 'x', owner: 'root:root', mode: 0o600 });

const nothing = (): Promise<readonly Change[]> => Promise.resolve([]);

test('tells every change in the order of the plan, with its lines once', async () => {
  const written = stepOf('write', {
    writesFile: '/etc/a',
    diff: () => Promise.resolve(changing('update /etc/a', 'give /etc/a to root')),
    detail: () => Promise.resolve(['- old', '+ new']),
  });

  const { changes } = await plan([
    together('first', [pg1, pg2], () => [written, stepOf('idle', { diff: nothing })]),
    onlyOn('second', pg1, () => [stepOf('restart', { disrupts: true })]),
  ]);

  expect(changes.map(({ host, change, lines, disrupts }) => ({ host, change, lines, disrupts }))).toEqual([
    { host: 'pg1', change: 'update /etc/a', lines: ['- old', '+ new'], disrupts: false },
    { host: 'pg1', change: 'give /etc/a to root', lines: [], disrupts: false },
    { host: 'pg2', change: 'update /etc/a', lines: ['- old', '+ new'], disrupts: false },
    { host: 'pg2', change: 'give /etc/a to root', lines: [], disrupts: false },
    { host: 'pg1', change: 'do restart', lines: [], disrupts: true },
  ]);
});

test('what a written file will lead to is foreseen, on the host on which it is written', async () => {
  const write = stepOf('write', {
    writesFile: '/etc/a',
    diff: (host) => (host.name === 'pg1' ? Promise.resolve(changing('update /etc/a')) : nothing()),
  });
  const reload = stepOf('reload', {
    readsFiles: ['/etc/a', '/etc/b'],
    diff: (_host, coming) => Promise.resolve(coming?.filesWillChange ? changing('reload') : []),
  });

  const { changes } = await plan([together('all', [pg1, pg2], () => [write, reload])]);

  expect(changes.map(({ host, change }) => `${host}: ${change}`)).toEqual([
    'pg1: update /etc/a',
    'pg1: reload',
  ]);
});

test('what two parts of a plan see to is told once', async () => {
  const { changes } = await plan([
    onlyOn('one', pg1, () => [stepOf('this')]),
    onlyOn('two', pg1, () => [stepOf('this')]),
  ]);

  expect(changes).toHaveLength(1);
});

const failing = (message: string) => stepOf('x', { diff: () => Promise.reject(new Error(message)) });

const planOf = (...messages: readonly string[]): Plan => [onlyOn('all', pg1, () => messages.map(failing))];

test('one failure is thrown as it is, different ones together, and the same one once', async () => {
  await expect(plan(planOf('a', 'a'))).rejects.toThrow(/^a$/);
  await expect(plan(planOf('a', 'b'))).rejects.toBeInstanceOf(AggregateError);
});

const noMore = () => Promise.reject(new Error('no more stages'));

test('a plan that ends in the middle waits for the looks that are on their way', async () => {
  let hasEnded = false;
  const slow = stepOf('slow', {
    async diff() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      hasEnded = true;
      throw new Error('nobody hears this');
    },
  });
  await expect(plan([onlyOn('slow', pg1, () => [slow]), noMore])).rejects.toThrow('no more stages');
  expect(hasEnded).toBe(true);
});

test.each([
  ['what could not be seen', new UnverifiedError({ what: 'app cannot log in' }), true],
  ['a command that failed', new CommandError({ what: 'no such role' }), true],
  ['a link that is not there', new UnreachableError({ what: 'pg1 cannot reach control' }), true],
  ['a refusal', new RefusedError({ what: 'the data of somebody else' }), false],
  ['a bug', new Error('oops'), false],
])('%s may be what the changes are for', async (_what, failure, isMended) => {
  const verifying = stepOf('verify', { diff: () => Promise.reject(failure) });
  const withChange = plan([onlyOn('all', pg1, () => [stepOf('make'), verifying])]);

  if (isMended)
    expect(await withChange).toMatchObject({
      changes: [{ change: 'do make' }],
      unknown: [{ host: 'pg1', step: 'verify', why: failure.message }],
    });
  else await expect(withChange).rejects.toBe(failure);
  await expect(plan([onlyOn('all', pg1, () => [verifying])])).rejects.toBe(failure);
});

test('a part that is known only later is found out at once, in its place', async () => {
  const { changes } = await plan([
    onlyOn('first', pg1, () => [stepOf('a')]),
    async () => [
      onlyOn('second', pg1, () => [stepOf('b')]),
      async () => [onlyOn('third', pg1, () => [stepOf('c')])],
    ],
    onlyOn('last', pg1, () => [stepOf('d')]),
  ]);

  expect(changes.map(({ change }) => change)).toEqual(['do a', 'do b', 'do c', 'do d']);
});

test('a plan without the hosts that are down says so, and holds nothing else back', async () => {
  const down = { host: 'pg3', step: 'Log in', why: 'pg3 cannot be reached' };
  const link = new UnreachableError({ what: 'pg1 cannot reach pg3' });
  const verifying = stepOf('verify', { diff: () => Promise.reject(link) });

  const { changes, unknown } = await plan([onlyOn('all', pg1, () => [verifying, verifying])], [down]);

  expect(changes).toEqual([]);
  expect(unknown).toEqual([down, { host: 'pg1', step: 'verify', why: 'pg1 cannot reach pg3' }]);
});

test('a plan says what it would do and touches nothing', async () => {
  const [one, two] = [fakeHost({}, {}, 'pg1'), fakeHost({}, {}, 'pg2')];

  const { changes } = await plan([
    together('Prepare', [one.host, two.host], () => [ownedFile('/a')]),
    together('Go on', [one.host], () => [ownedFile('/b')]),
  ]);

  expect(changes.map(({ host, change }) => `${host}: ${change}`)).toEqual([
    'pg1: write /a',
    'pg2: write /a',
    'pg1: write /b',
  ]);
  expect([one.disk.size, two.disk.size, one.ran.length]).toEqual([0, 0, 0]);
});
