import { expect, test } from 'vitest';
import { choosePrimary } from '../../../src/up/primary-choice.ts';

test.each([
  ['the file is right', 'pg1', 'pg1', 'pg1', 'as written'],
  ['the first run', 'pg1', undefined, 'pg1', 'as written'],
  ['the file follows a leader that moved', 'pg2', 'pg1', 'pg2', 'as written'],
  ['the leader moved by itself', 'pg1', 'pg1', 'pg2', 'moved'],
  ['nobody remembers', 'pg1', undefined, 'pg2', 'moved'],
  ['the file was edited', 'pg2', 'pg1', 'pg1', 'edited'],
  ['the leader moved, and the file was edited to a third', 'pg3', 'pg1', 'pg2', 'edited'],
  ['an old copy of the file', 'pg1', 'pg2', 'pg2', 'edited'],
] as const)('%s: file %s, remembered %s, leader %s', (_, file, remembered, leader, wanted) => {
  expect(choosePrimary({ file, remembered, leader })).toBe(wanted);
});
