import { expect, test } from 'vitest';
import { serviceJournal, unitJournalTail } from '../../../src/system/evidence.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when } from '../../support/answering.ts';

test.each([
  ['no key\n', 'journal of dbctl-x.service:\nno key'],
  ['', ''],
])('a unit tells with its journal, if there is any', async (said, told) => {
  const { host } = fakeHost({}, answering(when(serviceJournal('dbctl-x.service'), said)));

  expect(await unitJournalTail('dbctl-x.service').evidence(host)).toBe(told);
});
