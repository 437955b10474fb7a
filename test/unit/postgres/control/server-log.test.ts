import { expect, test } from 'vitest';
import { controlOf } from '../../../../src/postgres/control/control-of.ts';
import { serverLogTail } from '../../../../src/postgres/control/server-log.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { answering, when } from '../../../support/answering.ts';
import { primary as instance } from '../../../support/shop.ts';

test('a server tells with its journal and its log', async () => {
  const { host } = fakeHost({}, answering(when(controlOf(instance).log(15), 'FATAL:  port taken\n')));

  expect(await serverLogTail(instance).evidence(host)).toBe('FATAL:  port taken');
});

test('a host that hangs is not waited for as long as a command may take', async () => {
  const limits: (number | undefined)[] = [];
  const { host } = fakeHost();
  const hanging = {
    ...host,
    ask: async (query: { timeoutMs?: number }) => void limits.push(query.timeoutMs),
  };

  await serverLogTail(instance).evidence(hanging as never);

  expect(limits).toEqual([15_000]);
});
