import { expect, test } from 'vitest';
import { lastLogLines } from '../../../src/postgres/instance.ts';
import { serviceJournal } from '../../../src/system/service.ts';
import { unitSays } from '../../../src/system/evidence.ts';
import { serverSays } from '../../../src/postgres/server-says.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';
import { primary as instance } from '../../support/shop.ts';

test('a server tells with its journal and its log', async () => {
  const { host } = fakeHost({}, answering(when(lastLogLines(instance), 'FATAL:  port taken\n')));

  expect(await serverSays(instance).evidence(host)).toBe('FATAL:  port taken');
});

test.each([
  ['no key\n', 'journal of dbctl-x.service:\nno key'],
  ['', ''],
])('a unit tells with its journal, if there is any', async (said, told) => {
  const { host } = fakeHost({}, answering(when(serviceJournal('dbctl-x.service'), said)));

  expect(await unitSays('dbctl-x.service').evidence(host)).toBe(told);
});

test('a host that hangs is not waited for as long as a command may take', async () => {
  const limits: (number | undefined)[] = [];
  const { host } = fakeHost();
  const hanging = {
    ...host,
    ask: async (query: { timeoutMs?: number }) => void limits.push(query.timeoutMs),
  };

  await serverSays(instance).evidence(hanging as never);

  expect(limits).toEqual([15_000]);
});
