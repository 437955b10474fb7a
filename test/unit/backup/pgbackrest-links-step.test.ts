import { expect, test } from 'vitest';
import { CommandError, RefusedError, UnreachableError } from '../../../src/model/errors.ts';
import {
  askEnd,
  backupInfo,
  ioTimeout10s,
  pgbackrest,
  pgbackrestVersion,
} from '../../../src/backup/pgbackrest-query.ts';
import { checkLinks } from '../../../src/backup/link-check-query.ts';
import { tryLinks } from '../../../src/system/try-links.ts';
import {
  verifyNodeLinks,
  verifyRepositoryLink,
  verifyServerLinks,
  checkSameVersion,
} from '../../../src/backup/pgbackrest-links-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { infoWithoutBackups, infoWithoutStanza } from './pgbackrest-samples.ts';
import { answering, when } from '../../support/answering.ts';
import { backedUpShop, ended, pg1, plan, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const control = { config: '/etc/dbctl/shop/_pgbackrest/control.conf', stanza: 'shop' };
const node = { config: '/etc/dbctl/shop/pg1/pgbackrest.conf', stanza: 'shop' };
const refused = "unable to check pg1: [HostConnectError] unable to connect to '10.0.0.11:8432'";
const servers = verifyServerLinks(cluster, backup);

const ports = (...hosts: readonly string[]) =>
  tryLinks(hosts.map((host) => ({ host, port: 8432, service: 'pgbackrest', caFile: undefined })));
const nodePorts = ports('10.0.0.11', '10.0.0.12');

const controlWith = (info: string | (() => never), end: string) =>
  fakeHost(
    { [control.config]: '' },
    answering(
      when(backupInfo(control, ioTimeout10s), info),
      when(nodePorts, 'link=open|1|\nlink=open|1|\n'),
      when(checkLinks(control, { numbers: [1, 2], all: 2 }, ioTimeout10s), end),
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
    why: expect.stringContaining("'10.0.0.11:8432'\n(no answer"),
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

const nodeWith = (port: string, end: string) =>
  fakeHost(
    { [node.config]: '' },
    answering(
      when(ports('10.0.0.10'), `link=${port}\n`),
      when(askEnd(pgbackrest(node, 'info', ioTimeout10s)), end),
    ),
  ).host;

test('a node is asked with its own configuration', async () => {
  const step = verifyRepositoryLink(cluster, backup, pg1);

  expect((await run(step, nodeWith('open|1|', ended(0)))).status).toBe('in place');
  await expect(plan(step, nodeWith('open|1|', ended(103, refused)))).rejects.toThrow(UnreachableError);
});

const noPgbackrest = (): never => {
  throw new Error('pgBackRest was asked');
};

test('a node does not ask pgBackRest for a server that does not answer', async () => {
  const host = fakeHost(
    { [node.config]: '' },
    answering(
      when(ports('10.0.0.10'), 'link=silent\n'),
      when(askEnd(pgbackrest(node, 'info')), noPgbackrest),
    ),
  ).host;

  await expect(plan(verifyRepositoryLink(cluster, backup, pg1), host)).rejects.toMatchObject({
    why: expect.stringContaining("unable to connect to '10.0.0.10:8432': silent\n(no answer"),
  });
});

const control2 = (first: string, then = first, said = ended(0)) => {
  let looks = 0;
  return fakeHost(
    { [control.config]: '' },
    answering(
      when(backupInfo(control, ioTimeout10s), infoWithoutStanza),
      when(nodePorts, () => (looks++ === 0 ? first : then)),
      when(ports('10.0.0.12'), 'link=open|1|\n'),
      when(checkLinks(control, { numbers: [2], all: 2 }, ioTimeout10s), said),
      when(checkLinks(control, { numbers: [1, 2], all: 2 }, ioTimeout10s), ended(0)),
    ),
    'control',
  ).host;
};

test('pgBackRest is asked only for the servers that answer, and each fault is told', async () => {
  const denied =
    "unable to check pg1: [AccessError] raised from remote-0 tls protocol on '10.0.0.12': access denied";
  const failed = plan(servers, control2('link=no route\nlink=open|1|\n', undefined, ended(1, denied)));

  await expect(failed).rejects.toMatchObject({
    why: expect.stringMatching(/'10.0.0.11:8432': no route\n[^]*'10.0.0.12': access denied\n/),
    next: [
      expect.stringContaining("systemctl status 'dbctl-pgbackrest-*'"),
      expect.stringContaining('dbctl backup setup'),
      expect.any(String),
    ],
  });
});

test('a server that was started a moment ago gets the time to listen', async () => {
  const host = control2('link=refused\nlink=open|1|\n', 'link=open|1|\nlink=open|1|\n');

  expect((await run(servers, host)).status).toBe('in place');
});

test('a server that goes on refusing is given up after two seconds', { timeout: 10_000 }, async () => {
  const failed = plan(servers, control2('link=refused\nlink=refused\n'));

  await expect(failed).rejects.toMatchObject({ why: expect.stringMatching(/0.11:[^]*refused\n[^]*0.12:/) });
});

test('a new node is reached, whatever the others do', async () => {
  const pg2 = cluster.replicas[0]!;

  expect((await run(verifyNodeLinks(cluster, backup, [pg2]), control2(''))).status).toBe('in place');
  const denied = "unable to check pg1: [AccessError] access denied by '10.0.0.12'";
  const step = verifyNodeLinks(cluster, backup, [pg2]);
  await expect(plan(step, control2('', '', ended(1, denied)))).rejects.toThrow(UnreachableError);
});

test('on bare hosts there is nothing to reach yet', async () => {
  expect((await plan(servers, fakeHost().host)).status).toBe('in place');
  expect((await plan(verifyNodeLinks(cluster, backup, [pg1]), fakeHost().host)).status).toBe('in place');
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
