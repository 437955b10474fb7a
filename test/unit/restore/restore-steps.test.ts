import { expect, test } from 'vitest';
import type { BackupSet } from '../../../src/backup/backup-info.ts';
import { removerOf, requestOf } from '../../../src/restore/restore.ts';
import { hostFacts } from '../../../src/server/host-facts-query.ts';
import { stagingBytes, stagingState, dataTimeline } from '../../../src/restore/restore-query.ts';
import { exists } from '../../../src/system/paths.ts';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { unitJournal, unitState } from '../../../src/host/systemd.ts';
import { checkRestore } from '../../../src/restore/check-restore-step.ts';
import { discardOldData } from '../../../src/restore/discard-old-data-step.ts';
import { placeRestored, stopOldServer } from '../../../src/restore/place-restored-step.ts';
import { recoverData } from '../../../src/restore/recover-data-step.ts';
import { restoreData, type RestoreWork } from '../../../src/restore/restore-data-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when, yesOrNo } from '../../support/answering.ts';
import { plan, primary, replica, run } from '../../support/shop.ts';

const work: RestoreWork = {
  instance: primary,
  place: { config: '/etc/dbctl/shop/pg1/pgbackrest.conf', stanza: 'shop' },
  backup: { label: '20261121-020000F', repository: 1, databaseBytes: 4e9 } as BackupSet,
  request: requestOf({ type: 'xid', target: '745' }),
  units: { restore: 'dbctl-restore-shop-pg1', recover: 'dbctl-recover-shop-pg1' },
  archiveMode: 'preserve',
  timeline: 1,
  end: undefined,
};
const own = '{"type":"xid","value":"745"}';
const recovered = '{"at":1,"lsn":"0/5000000","timeline":2}';

interface Seen {
  request?: string;
  isRestored?: boolean;
  isRecovered?: boolean;
  hasData?: boolean;
}
const aside = ({ request = own, isRestored = true, isRecovered = true, hasData = true }: Seen = {}): string =>
  [
    'label=20261121-020000F',
    `restored=${isRestored}`,
    ...['recovered', 'reached'].map((name) => `${name}=${isRecovered ? recovered : 'null'}`),
    `data=${hasData}`,
    `request=${request}\n`,
  ].join('\n');

const absent = 'LoadState=not-found\nActiveState=inactive\n';
const loaded = 'LoadState=loaded\n';
const running = `${loaded}ActiveState=active\nSubState=running\n`;
const failed = (code: number): string =>
  `${loaded}ActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=${code}\nInvocationID=0a\n`;

const facts = (data: string, freeKb = 90_000_000): string =>
  `os=debian 13\nsystemd=yes\nclock=${Date.now() / 1000}\nowner=shop/pg1\ndata=${data}\ndisk=90000000 ${freeKb}\ncores=2\n`;

interface Place {
  data: string;
  aside?: string;
  freeKb?: number;
  inPlace?: boolean;
  isCopy?: boolean;
}
const checked = (place: Place) => {
  const { host } = fakeHost(
    {},
    answering(
      when(hostFacts(primary), facts(place.data, place.freeKb)),
      when(stagingState(primary), place.aside ?? ''),
      when(stagingBytes(primary), '0\n'),
      when(exists(removerOf(primary)), yesOrNo(place.isCopy ?? false)),
    ),
  );
  return run(checkRestore({ work, owner: 'shop/pg1', inPlace: place.inPlace ?? false }), host);
};

test('a restore beside needs a place that is free, one in place does not', async () => {
  expect((await checked({ data: 'absent' })).status).toBe('in place');
  expect((await checked({ data: '17', inPlace: true })).status).toBe('in place');
  expect((await checked({ data: '17', aside: aside({ hasData: false }) })).status).toBe('in place');
  await expect(checked({ data: '17' })).rejects.toMatchObject({
    exitCode: 4,
    why: '/var/lib/postgresql/17/main already holds a server',
    next: ['choose another port: that server is not a copy that dbctl made'],
  });
  await expect(checked({ data: '17', isCopy: true })).rejects.toMatchObject({
    next: [
      expect.stringMatching(
        /if that copy is not needed, on its host: sh \/etc\/dbctl\/shop\/pg1\/remove\.sh$/,
      ),
    ],
  });
});

test('both copies must fit on the disk', async () => {
  await expect(checked({ data: '17', inPlace: true, freeKb: 1_000_000 })).rejects.toMatchObject({
    why: '5.5 GB are needed next to /var/lib/postgresql/17/main; 1.0 GB are free',
  });
});

test('a restore to another target that is in place already is finished first', async () => {
  const other = aside({ request: '{"type":"default"}', hasData: false });

  await expect(checked({ data: '17', aside: other, inPlace: true })).rejects.toMatchObject({
    exitCode: 4,
    why: 'It was requested as {"type":"default"}.',
  });
});

const hostWith = (seen: string, unit: string, name: string, journal = '') =>
  fakeHost(
    {},
    (argv, stdin, asUser) => {
      if (argv[0] === 'journalctl') return journal;
      const rules = answering(
        when(stagingState(primary), seen),
        when(unitState(name), unit),
        when(controlOf(primary).state, 'ActiveState=active\n'),
      );
      return typeof rules === 'function' ? rules(argv, stdin, asUser) : undefined;
    },
    'pg1',
  );

test('what was restored for the same target is not fetched again', async () => {
  const { host } = hostWith(aside({ isRecovered: false }), absent, work.units.restore);

  expect((await plan(restoreData(work), host)).changes).toEqual([]);
});

test('what was restored for another target is', async () => {
  const { host } = hostWith(aside({ request: '{"type":"default"}' }), absent, work.units.restore);

  expect((await plan(restoreData(work), host)).changes).toEqual([
    'restore 20261121-020000F into /var/lib/postgresql/17/main.dbctl-restore',
  ]);
});

test('a restore to another target that runs is left alone', async () => {
  const { host, ran } = hostWith(aside({ request: '{"type":"default"}' }), running, work.units.restore);

  await expect(run(restoreData(work), host)).rejects.toMatchObject({ exitCode: 4 });
  expect(ran).toEqual([]);
});

test("a target that is not there is refused with PostgreSQL's words", async () => {
  const words = 'FATAL:  recovery ended before configured recovery target was reached';
  const unit = failed(65);
  const { host } = hostWith(aside({ isRecovered: false }), unit, work.units.recover, words);

  expect(unitJournal({ invocation: '0a' } as never, 12).argv[0]).toBe('journalctl');
  await expect(run(recoverData(work), host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'transaction 745 cannot be reached from the backup 20261121-020000F',
    why: `PostgreSQL says:\n${words}`,
    next: [expect.any(String), expect.stringContaining('--set')],
  });
});

test('a recovery that fails for another reason says so', async () => {
  const { host } = hostWith(aside({ isRecovered: false }), failed(1), work.units.recover, 'out of memory');

  await expect(run(recoverData(work), host)).rejects.toMatchObject({
    exitCode: 5,
    message: 'Recovery to transaction 745 failed on pg1',
  });
});

test('the old server is stopped, and the new one that took its place is not', async () => {
  const before = hostWith(aside(), absent, work.units.restore).host;
  const after = hostWith(aside({ hasData: false }), absent, work.units.restore).host;

  expect((await plan(stopOldServer(work), before)).changes).toEqual(['stop PostgreSQL']);
  expect((await plan(placeRestored(work), before)).changes).toHaveLength(1);
  expect((await plan(stopOldServer(work), after)).changes).toEqual([]);
  expect((await plan(placeRestored(work), after)).changes).toEqual([]);
});

const node = { host: '10.0.0.12' };
const replicaOn = (timeline: string, leftover = false) =>
  fakeHost(
    {},
    answering(
      when(dataTimeline(replica), timeline && `Latest checkpoint's TimeLineID:       ${timeline}\n`),
      when(exists('/var/lib/postgresql/17/main.dbctl-old'), yesOrNo(leftover)),
    ),
    'pg2',
  ).host;

test.each([
  ['of the time before', '1', false, ['stop PostgreSQL and remove its data']],
  ['cloned since', '2', false, []],
  ['that is not there', '', false, []],
  ['that was half taken away', '', true, ['remove /var/lib/postgresql/17/main.dbctl-old']],
])('data of a replica %s is taken away or stays', async (_, timeline, leftover, changes) => {
  const step = discardOldData(replica, { node, timeline: 2, keep: undefined });

  expect((await plan(step, replicaOn(timeline, leftover))).changes).toEqual(changes);
});

test('the last copy there is is kept', async () => {
  const step = discardOldData(replica, { node, timeline: 2, keep: { path: '/kept', why: 'only it has it' } });

  expect((await plan(step, replicaOn('1'))).changes).toEqual([
    'stop PostgreSQL and keep its data as /kept: only it has it',
  ]);
});

test('nothing is taken away without knowing the new timeline', async () => {
  const step = discardOldData(replica, { node, timeline: undefined, keep: undefined });

  expect((await plan(step, replicaOn('5'))).changes).toHaveLength(1);
  await expect(run(step, replicaOn('5'))).rejects.toThrow('only a dry run');
});
