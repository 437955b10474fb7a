import { expect, test } from 'vitest';
import { CommandError, RefusedError, UnreachableError, UnverifiedError } from '../../../src/model/errors.ts';
import { lookAhead } from '../../../src/engine/look-ahead.ts';
import { onlyOn, together, type Stage } from '../../../src/engine/run-plan.ts';
import type { Step } from '../../../src/engine/step.ts';
import { fakeHost } from '../../support/fake-host.ts';

const pg1 = fakeHost({}, {}, 'pg1').host;
const pg2 = fakeHost({}, {}, 'pg2').host;

const stepOf = (title: string, more: Partial<Step> = {}): Step => ({
  title,
  diff: () => Promise.resolve([`do ${title}`]),
  apply: () => Promise.reject(new Error('a look applies nothing')),
  ...more,
});

const nothing = (): Promise<readonly string[]> => Promise.resolve([]);

test('tells every change in the order of the plan, with its lines once', async () => {
  const written = stepOf('write', {
    path: '/etc/a',
    diff: () => Promise.resolve(['update /etc/a', 'give /etc/a to root']),
    detail: () => Promise.resolve(['- old', '+ new']),
  });

  const changes = await lookAhead([
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
    path: '/etc/a',
    diff: (host) => (host.name === 'pg1' ? Promise.resolve(['update /etc/a']) : nothing()),
  });
  const reload = stepOf('reload', {
    diff: nothing,
    foresee: (_host, paths) => Promise.resolve(paths.includes('/etc/a') ? ['reload'] : []),
  });

  const changes = await lookAhead([together('all', [pg1, pg2], () => [write, reload])]);

  expect(changes.map(({ host, change }) => `${host}: ${change}`)).toEqual([
    'pg1: update /etc/a',
    'pg1: reload',
  ]);
});

test('what two parts of a plan see to is told once', async () => {
  const changes = await lookAhead([
    onlyOn('one', pg1, () => [stepOf('this')]),
    onlyOn('two', pg1, () => [stepOf('this')]),
  ]);

  expect(changes).toHaveLength(1);
});

const failing = (message: string) => stepOf('x', { diff: () => Promise.reject(new Error(message)) });

const planOf = (...messages: readonly string[]): readonly Stage[] => [
  onlyOn('all', pg1, () => messages.map(failing)),
];

test('one failure is thrown as it is, different ones together, and the same one once', async () => {
  await expect(lookAhead(planOf('a', 'a'))).rejects.toThrow(/^a$/);
  await expect(lookAhead(planOf('a', 'b'))).rejects.toBeInstanceOf(AggregateError);
});

test('a plan that ends in the middle waits for the looks that are on their way', async () => {
  let hasEnded = false;
  const slow = stepOf('slow', {
    async diff() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      hasEnded = true;
      throw new Error('nobody hears this');
    },
  });
  async function* stages(): AsyncGenerator<Stage> {
    yield await Promise.resolve(onlyOn('slow', pg1, () => [slow]));
    throw new Error('no more stages');
  }

  await expect(lookAhead(stages())).rejects.toThrow('no more stages');
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
  const withChange = lookAhead([onlyOn('all', pg1, () => [stepOf('make'), verifying])]);

  if (isMended) expect((await withChange).map(({ change }) => change)).toEqual(['do make']);
  else await expect(withChange).rejects.toBe(failure);
  await expect(lookAhead([onlyOn('all', pg1, () => [verifying])])).rejects.toBe(failure);
});
