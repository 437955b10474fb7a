import { expect, test } from 'vitest';
import type { BackupSet } from '../../../src/backup/backup-info.ts';
import { requestOf, type RestoreFlags } from '../../../src/restore/restore.ts';
import { fetchCommand, parseStaging, restoreArgv } from '../../../src/restore/restore-query.ts';

const place = { config: '/etc/dbctl/shop/pg1/pgbackrest.conf', stanza: 'shop' };
const backup = { label: '20261121-020000F', repository: 1 } as BackupSet;
const optionsOf = (flags: RestoreFlags, archiveMode: 'off' | 'preserve' = 'off') =>
  restoreArgv(place, backup, requestOf(flags), {
    timeline: 2,
    archiveMode,
    staging: '/data.dbctl-restore',
  }).slice(6);

test.each<[RestoreFlags, readonly string[]]>([
  [{}, ['--type=default', '--target-timeline=2']],
  [{ type: 'immediate' }, ['--type=immediate', '--target-action=promote']],
  [
    { type: 'lsn', target: '0/4000000' },
    ['--type=lsn', '--target=0/4000000', '--target-action=promote', '--target-timeline=2'],
  ],
  [
    { type: 'xid', target: '745', targetExclusive: true },
    ['--type=xid', '--target=745', '--target-exclusive', '--target-action=promote', '--target-timeline=2'],
  ],
  [
    { type: 'time', target: '2026-11-21T10:00:00.25+02:00' },
    ['--type=time', '--target=2026-11-21 08:00:00.25+00', '--target-action=promote', '--target-timeline=2'],
  ],
])('%j in the words of pgBackRest', (flags, options) => {
  expect(optionsOf(flags)).toEqual([
    ...['--repo=1', '--set=20261121-020000F', ...options, '--archive-mode=off'],
    '--tablespace-map-all=/data.dbctl-restore/mapped',
  ]);
});

test('a restore in place goes on archiving', () => {
  expect(optionsOf({}, 'preserve')).toContain('--archive-mode=preserve');
});

test('WAL is fetched through a queue of its own', () => {
  expect(fetchCommand(place, '/data.dbctl-restore', undefined)).toMatchInlineSnapshot(
    `"pgbackrest --config=/etc/dbctl/shop/pg1/pgbackrest.conf --stanza=shop --pg1-path=/data.dbctl-restore/data --lock-path=/data.dbctl-restore/lock --spool-path=/data.dbctl-restore/spool --log-level-console=warn --log-level-file=off archive-get %f "%p""`,
  );
});

test('what the repository does not have is taken from the data that is replaced', () => {
  expect(fetchCommand(place, '/data.dbctl-restore', '/data')).toMatch(
    / archive-get %f "%p" \|\| cp -- "\/data\/pg_wal\/%f" "%p"$/,
  );
});

const said = (lines: Readonly<Record<string, string>>): string =>
  Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

test('a staging directory tells how far it is', () => {
  const begun = {
    label: '',
    restored: 'false',
    recovered: 'null',
    reached: 'null',
    data: 'true',
    request: '{"type":"default"}',
  };
  const recovered = '{"at" : 1795259737.5, "lsn" : "0/D000000", "timeline" : 2}';

  expect(parseStaging('')).toBeUndefined();
  expect(parseStaging(said(begun))).toEqual({
    request: '{"type":"default"}',
    label: '',
    isRestored: false,
    recovered: null,
    reached: null,
    hasData: true,
    kept: null,
    keptPlaces: [],
  });
  const placed = {
    ...begun,
    restored: 'true',
    recovered,
    reached: recovered,
    data: 'false',
    kept: '/data.before-restore-1',
  };
  expect(parseStaging(`${said(placed)}place=/srv/my ts/old\n`)).toMatchObject({
    keptPlaces: ['/srv/my ts/old'],
    isRestored: true,
    recovered: { at: 1795259737.5, lsn: '0/D000000', timeline: 2 },
    hasData: false,
    kept: '/data.before-restore-1',
  });
});
