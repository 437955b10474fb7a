import { expect, test } from 'vitest';
import { parseWalDirectory, walDirectory, walServerFacts } from '../../../src/wal/wal-query.ts';
import { deadSlot, walServer } from '../../support/wal-sights.ts';
import { primary } from '../../support/shop.ts';

test("the server's answer is checked before it is believed", () => {
  const { parse } = walServerFacts(primary, 2);
  const facts = walServer({ slots: [deadSlot()] });

  expect(parse(JSON.stringify(facts))).toEqual(facts);
  expect(parse('not running\n')).toBeUndefined();
  expect(() => parse(JSON.stringify({ ...facts, slots: [{ name: 'a' }] }))).toThrow('Invalid key');
});

test('it is watched for as long as it was asked to', () => {
  expect(walServerFacts(primary, 7).stdin).toContain('pg_sleep(7)');
});

test('the directory is understood, with its slots in order', () => {
  const stdout =
    'wal=520094067 32\nwaiting=2\ndisk=270553174016 75862163456\nslot=dbctl_pg3\nslot=dbctl_pg2\n';

  expect(parseWalDirectory(stdout)).toEqual({
    bytes: 520_094_067,
    files: 32,
    waitingFiles: 2,
    fileSystemBytes: 270_553_174_016,
    freeBytes: 75_862_163_456,
    slotNames: ['dbctl_pg2', 'dbctl_pg3'],
  });
  expect(walDirectory(primary).parse('none\n')).toBeUndefined();
});
