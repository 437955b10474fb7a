import { expect, test } from 'vitest';
import { CommandError, RefusedError } from '../../../src/model/errors.ts';
import { systemIdentifier } from '../../../src/postgres/instance.ts';
import { askEnd, backupInfo, pgbackrest } from '../../../src/backup/pgbackrest-query.ts';
import { ensureStanza } from '../../../src/backup/stanza-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { infoWithoutBackups, infoWithoutStanza } from './pgbackrest-samples.ts';
import { answering, when } from '../../support/answering.ts';
import { backedUpShop, ended, plan, primary, run } from '../../support/shop.ts';

const { cluster, backup } = backedUpShop();
const config = '/etc/dbctl/shop/_pgbackrest/control.conf';
const place = { config, stanza: 'shop' };
/** The one in the samples. */
const ours = '7710577755734573251';

const primaryWith = (identifier: string) =>
  fakeHost({}, answering(when(systemIdentifier(primary), `Database system identifier: ${identifier}\n`)))
    .host;

/** A control host with this in its repository; making the stanza ends so. */
function controlWith(info: string, end = ended(0)) {
  let now = info;
  let made = 0;
  const fake = fakeHost(
    { [config]: '' },
    answering(
      when(backupInfo(place), () => now),
      when(askEnd(pgbackrest(place, 'stanza-create')), () => {
        made += 1;
        if (end === ended(0)) now = infoWithoutBackups;
        return end;
      }),
    ),
    'control',
  );
  return { ...fake, made: () => made };
}

const step = ensureStanza(cluster, backup, primaryWith(ours));

test.each([
  ['is missing', infoWithoutStanza],
  ['is not even listed', '[]'],
])('a stanza that %s is planned, made once, then in place', async (_how, info) => {
  const { host, made } = controlWith(info);

  expect((await plan(step, host)).changes).toEqual(['make the stanza shop']);
  expect(made()).toBe(0);
  expect((await run(step, host)).status).toBe('changed');
  expect((await run(step, host)).status).toBe('in place');
  expect(made()).toBe(1);
});

test('on a bare host it is a plan', async () => {
  expect((await plan(step, fakeHost({}, {}, 'control').host)).status).toBe('planned');
});

test('one that belongs to another cluster is refused before anything is made', async () => {
  const { host, made } = controlWith(infoWithoutBackups);

  const refused = plan(ensureStanza(cluster, backup, primaryWith('42')), host);

  await expect(refused).rejects.toThrow(RefusedError);
  await expect(refused).rejects.toMatchObject({ why: expect.stringContaining(`there: ${ours}, here: 42`) });
  expect(made()).toBe(0);
});

test.each([28, 58])('exit code %d of pgBackRest says the same', async (code) => {
  const { host } = controlWith(infoWithoutStanza, ended(code, 'do not match the database'));

  await expect(run(step, host)).rejects.toThrow(RefusedError);
});

test('any other failure is told in the words of pgBackRest', async () => {
  const { host } = controlWith(infoWithoutStanza, ended(103, '[HostConnectError] unable to connect'));

  const failed = run(step, host);

  await expect(failed).rejects.toThrow(CommandError);
  await expect(failed).rejects.toMatchObject({ why: '[HostConnectError] unable to connect' });
});
