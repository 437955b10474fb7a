import { expect, test } from 'vitest';
import {
  CommandError,
  InterruptedError,
  LockLostError,
  UnreachableError,
  UnverifiedError,
} from '../../../src/model/errors.ts';
import { recordJournal } from '../../../src/operation/keep-journal.ts';
import { ownFile } from '../../../src/system/own-file.ts';
import { onlyOn, runPlan } from '../../../src/engine/run-plan.ts';
import { Secret } from '../../../src/model/secret.ts';
import { disguises, hits } from '../../support/disguises.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedProgress } from '../../support/recorded-progress.ts';

const operation = {
  ...{ id: 'x1', title: 'add-replica pg2', command: 'dbctl add-replica pg2', by: 'alice@laptop' },
  ...{ pid: 1, version: '0.1.0' },
};

function journalled(answers: Parameters<typeof fakeHost>[1] = () => '') {
  const fake = fakeHost({}, answers, 'pg2');
  const [steps, unwritable]: [string[], string[]] = [[], []];
  const journal = recordJournal({
    ...{ cluster: 'demo', operation },
    onStep: (step) => steps.push(step),
    onUnwritable: (host) => unwritable.push(host),
  });
  const lines = () => fake.inputs.map((input) => JSON.parse(`{${input}`) as object);
  return { ...fake, journal, steps, unwritable, lines };
}

test('a step is one line before it and one after it, on its host', async () => {
  const { host, journal, lines, steps, ran } = journalled();

  const end = await journal.begin(host, 'Clone the primary', ['clone pg1']);
  end();
  await journal.settle();

  const at = { id: 'x1', host: 'pg2', step: 'Clone the primary' };
  expect(lines()).toEqual([
    { kind: 'step', ...at, title: 'add-replica pg2', by: 'alice@laptop', changes: ['clone pg1'] },
    { kind: 'stepped', ...at, result: 'ok', seconds: expect.any(Number) },
  ]);
  expect(ran.map((line) => line.split('bash ').at(-1))).toEqual([
    '/var/lib/dbctl-journal demo sync',
    `/var/lib/dbctl-journal demo ''`,
  ]);
  expect(steps).toEqual(['Clone the primary on pg2']);
  expect(journal.changes()).toBe(1);
});

test.each([
  [new CommandError({ what: 'x' }), 'failed'],
  [new Error('x'), 'failed'],
  [new UnverifiedError({ what: 'x' }), 'unverified'],
  [new InterruptedError({ what: 'x' }), 'interrupted'],
  [new LockLostError({ what: 'x' }), 'lock lost'],
])('the end of a step after %o is "%s"', async (error, result) => {
  const { host, journal, lines } = journalled();

  (await journal.begin(host, 'Clone', ['clone']))(error);
  await journal.settle();

  expect(lines()[1]).toMatchObject({ result });
});

test('a flood of changes is cut short', async () => {
  const { host, journal, lines } = journalled();
  const changes = Array.from({ length: 1000 }, (_, index) => `${index} ${'x'.repeat(1000)}`);

  await journal.begin(host, 'Flood', changes);

  expect(JSON.stringify(lines()[0]).length).toBeLessThan(5000);
  expect(lines()[0]).toMatchObject({ changes: expect.arrayContaining(['and 980 more']) });
  expect(journal.changes()).toBe(1000);
});

test('a host that cannot write is told of once, and the work goes on', async () => {
  const { host, journal, unwritable } = journalled(() => {
    throw new CommandError({ what: 'no space left' });
  });

  for (const step of ['One', 'Two']) (await journal.begin(host, step, ['do']))();
  await journal.settle();

  expect(unwritable).toEqual(['pg2']);
});

test('a host that is gone ends the work', async () => {
  const { host, journal } = journalled(() => {
    throw new UnreachableError({ what: 'pg2 is gone' });
  });
  await expect(journal.begin(host, 'Clone', ['clone'])).rejects.toThrow('pg2 is gone');
});

test('a secret that a step writes is in no line, however it is disguised', async () => {
  const { host, journal, inputs, ran } = journalled();
  const content = new Secret('correct horse battery staple');
  const step = ownFile('Keep the password', { path: '/pw', content, owner: 'root:root', mode: 0o600 });

  await runPlan([onlyOn('Do', host, () => [step])], recordedProgress().progress, { journal });
  await journal.settle();

  expect(inputs).toHaveLength(2);
  expect(hits([...inputs, ...ran], disguises([content.reveal()]))).toEqual([]);
});
