import { expect, test } from 'vitest';
import { isSameData, parseDataNote, type DataNote } from '../../../src/server/data-note.ts';
import type { HostFacts } from '../../../src/server/host-facts-query.ts';
import {
  isElsewhere,
  lostData,
  otherData,
  refuseUnmounted,
  replicaLost,
  type DataSight,
} from '../../../src/server/lost-data.ts';
import { pg2, replica } from '../../support/shop.ts';

const node = pg2;
const disk = { mountPoint: '/var/lib/postgresql', device: '/dev/sdb1', uuid: '4c1f', type: 'ext4' };
const root = { mountPoint: '/', device: '/dev/vda1', uuid: '11aa', type: 'ext4' };
const note: DataNote = {
  systemIdentifier: '7434',
  dataDirectory: replica.dataDirectory,
  fileSystem: disk,
  host: node.host,
  machine: 'abc',
  since: '2026-11-21T10:00:00Z',
};
const onDisk = (fileSystem: DataNote['fileSystem']) => ({ ...fileSystem, isReadOnly: false });

const sight = (facts: Partial<HostFacts>, remembered?: DataNote): DataSight => ({
  ...{ node, instance: replica, owner: 'shop/pg2', remembered },
  facts: {
    data: { state: 'absent' },
    owner: undefined,
    configuredFor: undefined,
    isBeingReplaced: false,
    namesake: undefined,
    note: undefined,
    machine: 'abc',
    fileSystem: onDisk(root),
    ...facts,
  } as HostFacts,
});

test.each<[string, DataSight]>([
  ['a fresh host has lost nothing', sight({})],
  ['data that is there is not lost', sight({ data: { state: 'cluster', version: 17 }, note })],
  ['what dbctl took away is not missed', sight({ note: { ...note, discarded: 'now' } })],
  ['what dbctl has set aside comes back', sight({ note, isBeingReplaced: true })],
  [
    'what it took away is not missed, whatever the control host says',
    sight({ note: { ...note, discarded: 'now' } }, note),
  ],
  [
    "another cluster's note of an owner says nothing",
    sight({ owner: 'other/pg2', configuredFor: replica.dataDirectory }),
  ],
])('%s', (_reason, one) => {
  expect(lostData(one)).toBeUndefined();
});

test.each<[string, Partial<HostFacts>, RegExp, RegExp]>([
  [
    'a disk that is not mounted',
    { note },
    /nothing is mounted on \/var\/lib\/postgresql now/,
    /^mount it, on 10\.0\.0\.12: mount \/var\/lib\/postgresql$/,
  ],
  [
    'another disk in its place',
    { note, fileSystem: onDisk({ ...disk, uuid: '99' }) },
    /UUID 99/,
    /bring it back/,
  ],
  [
    'its own disk without the directory',
    { note, fileSystem: onDisk({ ...disk, device: '/dev/sdc1' }) },
    /that file system is mounted, and the directory is not on it/,
    /bring it back/,
  ],
  [
    'a directory with another name',
    { note, fileSystem: onDisk(disk), namesake: '/var/lib/postgresql/17/main.old' },
    /is in \/var\/lib\/postgresql\/17\/main\.old now/,
    /: mv \/var\/lib\/postgresql\/17\/main\.old \/var\/lib\/postgresql\/17\/main$/,
  ],
  [
    'an instance from before there were notes',
    { owner: 'shop/pg2', configuredFor: replica.dataDirectory },
    /It was set up/,
    /bring it back: mount its disk/,
  ],
])('%s is told by what is there now', (_reason, facts, why, way) => {
  const lost = lostData(sight(facts))!;

  expect(lost.why.join('\n')).toMatch(why);
  expect(lost.ways[0]).toMatch(way);
  expect(replicaLost(sight(facts), lost)).toMatchObject({
    exitCode: 4,
    message: expect.stringMatching(/is its disk mounted\?/) as string,
  });
});

test('a host that was made anew is remembered by the control host', () => {
  expect(lostData(sight({ machine: 'new' }, note))?.note).toEqual(note);
  expect(isElsewhere(sight({ machine: 'new' }), note)).toBe(false);
});

test('a node that the file gives another host is told from one whose address is written in another way', () => {
  const moved = { ...note, host: '10.0.0.99' };

  expect(isElsewhere(sight({ machine: 'new' }), moved)).toBe(true);
  expect(isElsewhere(sight({ machine: 'abc' }), moved)).toBe(false);
});

test('the disk below the one that is not mounted gets no copy unless somebody says that the other is lost', () => {
  const how = { hasLostDisk: false, command: 'dbctl reinit pg2' };

  expect(() => refuseUnmounted(sight({ note }), how)).toThrow('is not mounted');
  expect(() => refuseUnmounted(sight({ note }), { ...how, hasLostDisk: true })).not.toThrow();
  expect(() =>
    refuseUnmounted(sight({ note, fileSystem: onDisk({ ...disk, uuid: '99' }) }), how),
  ).not.toThrow();
  const onRoot = { ...note, fileSystem: root };
  expect(() => refuseUnmounted(sight({ note: onRoot, fileSystem: onDisk(disk) }), how)).not.toThrow();
});

test("another server's data is told by its system identifier", () => {
  const facts = { data: { state: 'cluster', version: 17 }, note } as const;

  expect(otherData(sight({ ...facts, systemIdentifier: '7434' }), 'replica')).toBeUndefined();
  expect(otherData(sight({ ...facts, systemIdentifier: undefined }), 'replica')).toBeUndefined();
  expect(otherData(sight({ ...facts, systemIdentifier: '9' }), 'replica')?.why).toContain(
    '9, and that of pg2 is 7434',
  );
});

test('a device may be called another name after a reboot where the file system has one of its own', () => {
  const named = (device: string, uuid: string | null): DataNote => ({
    ...note,
    fileSystem: { ...disk, device, uuid },
  });

  expect(isSameData(named('/dev/sdb1', '4c1f'), named('/dev/sdc1', '4c1f'))).toBe(true);
  expect(isSameData(named('/dev/sdb1', null), named('/dev/sdc1', null))).toBe(false);
  expect(isSameData(note, { ...note, since: 'later' })).toBe(true);
});

test('a note that nobody can read is not taken for none', () => {
  expect(parseDataNote('\n')).toBeUndefined();
  expect(() => parseDataNote('{"systemIdentifier":')).toThrow();
  expect(() => parseDataNote('{}')).toThrow();
});
