import { expect, test } from 'vitest';
import type { DrillAim } from '../../../../src/backup/drill/drill-target.ts';
import {
  drillFreeBytes,
  drillProgress,
  drillUnit,
  hasDrillState,
  parseDrills,
  readDrills,
} from '../../../../src/backup/drill/drills-query.ts';
import { quote } from '../../../../src/host/quote.ts';
import { passedDrill } from '../../../support/drills.ts';
import { shop } from '../../../support/shop.ts';

const backup = { label: '20261121-010000F' } as DrillAim['backup'];
const argvOf = (aim: Omit<DrillAim, 'backup'>): string =>
  quote(drillUnit(shop, { backup, ...aim }).argv).split('-- /bin/sh ')[1]!;

test('each line of the history is one drill, and a damaged one hides no other', () => {
  const line = JSON.stringify(passedDrill);

  expect(parseDrills(`${line.slice(0, 40)}\n{"id":1}\n${line}\n`)).toEqual([passedDrill]);
  expect(readDrills(shop).parse('')).toEqual([]);
});

test('what postgres wrote as JSON is read', () => {
  const line = JSON.stringify(passedDrill).replace('"passed":true', '"passed" : true');

  expect(parseDrills(line)).toEqual([passedDrill]);
});

test.each([
  ['', undefined],
  ['copying 4096\n2\n', { stage: 'copying', copiedBytes: 2048, totalBytes: 4096 }],
  ['copying 4096\n', { stage: 'copying', copiedBytes: 0, totalBytes: 4096 }],
  ['replaying WAL\n', { stage: 'replaying WAL', copiedBytes: 0, totalBytes: undefined }],
])('progress %j', (stdout, expected) => {
  expect(drillProgress(shop).parse(stdout)).toEqual(expected);
});

test('the unit is told the backup, and the point in a form that PostgreSQL reads', () => {
  expect(argvOf({ target: { type: 'default' }, isRandom: false })).toMatchInlineSnapshot(
    `"/usr/local/lib/dbctl/drill.sh /etc/dbctl/shop/drill.conf --set 20261121-010000F"`,
  );
  expect(
    argvOf({ target: { type: 'time', value: '2026-11-21T10:00:00Z' }, isRandom: true }),
  ).toMatchInlineSnapshot(
    `"/usr/local/lib/dbctl/drill.sh /etc/dbctl/shop/drill.conf --set 20261121-010000F --type time --target '2026-11-21 10:00:00.000+00' --random-point"`,
  );
  expect(argvOf({ target: { type: 'xid', value: '7' }, isRandom: false })).toContain('--type xid --target 7');
});

test('free space and the directory of the history are read', () => {
  expect(drillFreeBytes(shop).parse('  2048\n')).toBe(2048 * 1024);
  expect(hasDrillState(shop).parse('postgres 750\n')).toBe(true);
  expect(hasDrillState(shop).parse('root 755\n')).toBe(false);
});
