import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import {
  chooseStart,
  describeTarget,
  keyOf,
  requestOf,
  warnings,
  type RestoreFlags,
  type RestoreFacts,
} from '../../../src/restore/restore.ts';
import { roomForCopy } from '../../../src/server/needed-room.ts';
import { ConfigError, RefusedError } from '../../../src/model/errors.ts';
import { backupSet } from '../../support/backup-info.ts';

const noon = Date.parse('2026-11-21T12:00:00Z') / 1000;
const hour = 3600;

/** A backup that ended so many hours after noon, in the WAL file of that number. */
const backup = (hours: number, wal: number, timeline = 1): BackupSet =>
  backupSet({
    label: `20261121-${12 + hours}0000F`,
    startedAt: noon + hours * hour - 60,
    stoppedAt: noon + hours * hour,
    startLsn: `0/${wal}000028`,
    stopLsn: `0/${wal}000100`,
    startWal: `0000000${timeline}000000000000000${wal}`,
    stopWal: `0000000${timeline}000000000000000${wal}`,
    databaseBytes: 4e9,
  });

function facts(backups: readonly BackupSet[], change: Partial<RestoreFacts> = {}): RestoreFacts {
  const info = {
    repositories: [],
    running: undefined,
    databases: [{ id: 1, systemIdentifier: '7' }],
    archives: [{ id: '17-1', min: '000000010000000000000001', max: '000000010000000000000009' }],
    backups,
  } as unknown as BackupInfo;
  return {
    info,
    lineage: { timeline: 1, ancestors: [] },
    walUntil: noon + 5 * hour,
    gaps: [],
    end: { lsn: '0/9000028', atLeast: '0/9000028', says: 'pg1 is at' },
    archive: undefined,
    damage: new Map(),
    onlyInOldData: [],
    ...change,
  };
}

const request = (type: RestoreFlags['type'], target?: string, set?: string) =>
  requestOf({ type, target, set });

test.each([
  [['default'], '20261121-140000F'],
  [['immediate'], '20261121-140000F'],
  [['xid', '745'], '20261121-140000F'],
  [['time', '2026-11-21 13:00:00+00'], '20261121-120000F'],
  [['time', '2026-11-21 16:30:00+02:00'], '20261121-140000F'],
  [['lsn', '0/4000000'], '20261121-120000F'],
  [['default', undefined, '20261121-120000F'], '20261121-120000F'],
] as const)('%j starts from the newest backup that leads there', ([type, target, set], label) => {
  const start = chooseStart(request(type, target, set), facts([backup(0, 2), backup(2, 6)]), 'shop');

  expect(start.label).toBe(label);
});

test.each([
  [['time', '2026-11-21 11:00:00+00'], /every point can be restored from 2026-11-21T12:00:01Z/],
  [['time', '2026-11-21 18:00:00+00'], /to 2026-11-21T17:00:00Z/],
  [['time', '2026-11-21 13:00:00'], /zone/],
  [['lsn', 'F/0'], /every point can be restored/],
  [['default', undefined, 'nothing'], /nothing/],
] as const)('%j is refused, with what can be reached', ([type, target, set], why) => {
  const start = () => chooseStart(request(type, target, set), facts([backup(0, 2)]), 'shop');

  expect(start).toThrow(RefusedError);
  expect(start).toThrow(expect.objectContaining({ why: expect.stringMatching(why) }));
});

test('a backup that an earlier restore has left behind is not started from', () => {
  const left = backup(2, 6);
  const lineage = { timeline: 2, ancestors: [{ timeline: 1, endLsn: '0/5000000' }] };
  const known = facts([backup(0, 2), left], { lineage });

  expect(chooseStart(request('default'), known, 'shop').label).toBe('20261121-120000F');
  expect(() => chooseStart(request('default', undefined, left.label), known, 'shop')).toThrow(
    expect.objectContaining({ why: `timeline 2 does not contain the backup ${left.label}` }),
  );
});

test('a repository without the stanza has nothing to restore', () => {
  expect(() => chooseStart(request('default'), facts([], { info: undefined }), 'shop')).toThrow(
    expect.objectContaining({ why: 'the repository has no stanza shop' }),
  );
});

test.each<[RestoreFlags, RegExp]>([
  [{ type: 'time' }, /needs a --target/],
  [{ target: '745' }, /needs its --type/],
  [{ type: 'immediate', target: '745' }, /needs its --type/],
  [{ type: 'name', target: 'x', targetExclusive: true }, /goes with time, lsn, xid/],
  [{ type: 'default', targetExclusive: true }, /goes with time, lsn, xid/],
  [{ targetTimeline: 'latest' }, /is a number/],
  [{ acceptLoss: 'all' }, /is a position/],
])('%j is a mistake on the command line', (flags, message) => {
  expect(() => requestOf(flags)).toThrow(ConfigError);
  expect(() => requestOf(flags)).toThrow(message);
});

test('the same request has the same key, whatever backup it starts from', () => {
  expect(keyOf(requestOf({}))).toBe('{"type":"default"}');
  expect(keyOf(requestOf({ type: 'xid', target: '7', targetExclusive: true, targetTimeline: '2' }))).toBe(
    '{"type":"xid","value":"7","exclusive":true,"timeline":2}',
  );
});

test.each<[RestoreFlags, string]>([
  [{}, 'the newest point'],
  [{ type: 'immediate' }, 'the end of the backup'],
  [{ type: 'time', target: '2026-11-21 12:00:00+02' }, '2026-11-21T10:00:00Z'],
  [{ target: '2026-11-21 12:00:00+02' }, '2026-11-21T10:00:00Z'],
  [{ type: 'lsn', target: '0/4000000', targetExclusive: true }, 'just before 0/4000000'],
  [{ target: '0/4000000', targetExclusive: true }, 'just before 0/4000000'],
  [{ type: 'xid', target: '745' }, 'transaction 745'],
  [{ type: 'name', target: 'release 7' }, 'the restore point release 7'],
])('%j is described for people', (flags, text) => {
  expect(describeTarget(requestOf(flags))).toBe(text);
});

test('there must be room for the database, WAL and a little more', () => {
  expect(roomForCopy(backup(0, 2).databaseBytes)).toBe(5.5e9);
});

const gap = { fromLsn: '0/7000000', fromAt: noon + 3 * hour, toLsn: '0/8000000', missingFiles: 1 };
const choosing = (flags: RestoreFlags, change: Partial<RestoreFacts>) => () =>
  chooseStart(requestOf(flags), facts([backup(0, 2), backup(2, 6)], change), 'shop').label;

test('the newest point behind a gap is refused, with both positions and the bytes', () => {
  expect(choosing({}, { gaps: [gap] })).toThrow(
    expect.objectContaining({
      message: 'the newest point cannot be reached: WAL is missing or damaged from 0/7000000 on',
      why: 'Recovery ends at 0/7000000; pg1 is at 0/9000028. 33554472 bytes of WAL (32 MB) would be lost.',
      next: expect.arrayContaining([expect.stringMatching(/--accept-loss 0\/7000000$/)]) as unknown,
    }),
  );
  expect(choosing({}, { gaps: [gap], end: undefined })).toThrow(/from 0\/7000000 on/);
  expect(choosing({ acceptLoss: '0/7000001' }, { gaps: [gap] })).toThrow(RefusedError);
  expect(choosing({ acceptLoss: '0/7000000' }, { gaps: [gap] })()).toBe('20261121-140000F');
});

test('a gap before the newest backup loses nothing; a target behind one is out of reach', () => {
  const before = { ...gap, fromLsn: '0/3000000', toLsn: '0/5000000' };

  expect(choosing({}, { gaps: [before] })()).toBe('20261121-140000F');
  expect(choosing({ set: '20261121-120000F' }, { gaps: [before] })).toThrow(/from 0\/3000000 on/);
  expect(choosing({ type: 'lsn', target: '0/8000100' }, { gaps: [gap] })).toThrow(RefusedError);
  expect(choosing({ type: 'time', target: '2026-11-21 16:30:00+00' }, { gaps: [gap] })).toThrow(RefusedError);
  expect(choosing({ type: 'immediate' }, { gaps: [gap] })()).toBe('20261121-140000F');
});

test('a gap within a backup leaves the one before it, and says what that loses', () => {
  const within = { ...gap, fromLsn: '0/6000000', toLsn: '0/7000000' };

  expect(choosing({}, { gaps: [within] })).toThrow(/from 0\/6000000 on/);
  expect(choosing({ acceptLoss: '0/6000000' }, { gaps: [within] })()).toBe('20261121-120000F');
});

test('a damaged backup is not chosen unless it is named, and then there is a warning', () => {
  const damage = new Map([['20261121-140000F', 'invalid checksum, found by backup verify']]);
  const both = new Map([...damage, ['20261121-120000F', 'it builds on a damaged backup']]);

  expect(choosing({}, { damage })()).toBe('20261121-120000F');
  expect(choosing({ set: '20261121-140000F' }, { damage })()).toBe('20261121-140000F');
  expect(warnings({ label: '20261121-140000F' }, { damage })).toEqual([
    'warning: 20261121-140000F is damaged: invalid checksum, found by backup verify',
  ]);
  expect(warnings({ label: '20261121-120000F' }, { damage })).toEqual([
    'starting from 20261121-120000F; 20261121-140000F is damaged: invalid checksum, found by backup verify',
  ]);
  expect(warnings({ label: '20261121-120000F' }, { damage: new Map() })).toEqual([]);
  expect(choosing({}, { damage: both })).toThrow(
    expect.objectContaining({ why: expect.stringContaining('20261121-140000F is damaged') as unknown }),
  );
});
