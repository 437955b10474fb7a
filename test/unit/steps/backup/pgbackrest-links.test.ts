import { expect, test } from 'vitest';
import { CommandError, RefusedError, UnreachableError } from '../../../../src/errors.ts';
import {
  askEnd,
  backupInfo,
  bounded,
  pgbackrest,
  pgbackrestVersion,
} from '../../../../src/shell/pgbackrest.ts';
import { verifyRepositoryLink, verifyServerLinks } from '../../../../src/steps/backup/pgbackrest-links.ts';
import { checkSameVersion } from '../../../../src/steps/backup/pgbackrest-versions.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { infoWithoutBackups, infoWithoutStanza } from '../../shell/pgbackrest-samples.ts';
import { answering, when } from '../answering.ts';
import { backedUpShop, ended } from './backed-up.ts';
import { pg1, plan, run } from '../shop.ts';

const { cluster, backup } = backedUpShop();
const control = { config: '/etc/dbctl/shop/_pgbackrest/control.conf', stanza: 'shop' };
const node = { config: '/etc/dbctl/shop/pg1/pgbackrest.conf', stanza: 'shop' };
const refused = "unable to check pg1: [HostConnectError] unable to connect to '10.0.0.11:8432'";
const servers = verifyServerLinks(cluster, backup);

const controlWith = (info: string | (() => never), end: string) =>
  fakeHost(
    { [control.config]: '' },
    answering(
      when(backupInfo(control, bounded), info),
      when(askEnd(pgbackrest(control, 'check', bounded)), end),
    ),
    'control',
  ).host;

test('before there is a stanza, only complaints about links count', async () => {
  expect((await run(servers, controlWith(infoWithoutStanza, ended(55, 'no archive.info')))).status).toBe(
    'in place',
  );
});

test('a link that fails is named, with what it means and what to do', async () => {
  const failed = plan(servers, controlWith(infoWithoutStanza, ended(56, refused)));

  await expect(failed).rejects.toThrow(UnreachableError);
  await expect(failed).rejects.toMatchObject({
    message: 'pgBackRest on control cannot reach another host',
    why: expect.stringContaining("'10.0.0.11:8432'\n(nothing answers there"),
    next: [expect.stringContaining('systemctl status'), 'then run the same command again: it is safe'],
  });
});

test('once there is a stanza, the check that follows later sees more', async () => {
  expect((await run(servers, controlWith(infoWithoutBackups, ended(56, refused)))).status).toBe('in place');
});

const unreadable = (): never => {
  throw new CommandError({ what: 'exit code 103' });
};

const broken = (): never => {
  throw new Error('a bug');
};

test('a repository that cannot be read does not hide the links', async () => {
  await expect(plan(servers, controlWith(unreadable, ended(56, refused)))).rejects.toThrow(UnreachableError);
  await expect(plan(servers, controlWith(broken, ended(0)))).rejects.toThrow('a bug');
});

const nodeWith = (end: string) =>
  fakeHost({ [node.config]: '' }, answering(when(askEnd(pgbackrest(node, 'info', bounded)), end))).host;

test('a node is asked with its own configuration', async () => {
  const step = verifyRepositoryLink(cluster, backup, pg1);

  expect((await run(step, nodeWith(ended(0)))).status).toBe('in place');
  await expect(plan(step, nodeWith(ended(103, refused)))).rejects.toThrow(UnreachableError);
});

test('on bare hosts there is nothing to reach yet', async () => {
  expect((await plan(servers, fakeHost().host)).status).toBe('in place');
  expect((await plan(verifyRepositoryLink(cluster, backup, pg1), fakeHost().host)).status).toBe('in place');
});

const hostWithVersion = (name: string, said: string) =>
  fakeHost({}, answering(when(pgbackrestVersion(), said)), name).host;

test.each([
  ['the same', 'pgBackRest 2.55.1\n', 'pgBackRest 2.55.1\n'],
  ['missing on one, which gets it', 'pgBackRest 2.55.1\n', ''],
])('versions that are %s are fine', async (_how, one, other) => {
  const hosts = [hostWithVersion('pg1', one), hostWithVersion('pg2', other)];

  expect((await run(checkSameVersion(hosts), hosts[0]!)).status).toBe('in place');
});

test('versions that differ are refused, each with its host', async () => {
  const hosts = [
    hostWithVersion('control', ''),
    hostWithVersion('pg1', 'pgBackRest 2.45\n'),
    hostWithVersion('pg2', 'pgBackRest 2.55.1\n'),
  ];

  const failed = plan(checkSameVersion(hosts), hosts[0]!);

  await expect(failed).rejects.toThrow(RefusedError);
  await expect(failed).rejects.toMatchObject({ why: 'control: none\npg1: 2.45\npg2: 2.55.1' });
});
