import { expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../src/pki/issue.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { seenCertificates } from '../../../src/pki/seen-certificates-query.ts';
import { reloadService, serviceState } from '../../../src/system/service-step.ts';
import { newestChange } from '../../../src/system/paths.ts';
import { credentialsOf } from '../../../src/certificates/certificate-facts.ts';
import { showCertificate } from '../../../src/certificates/show-certificate-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenSql, yesOrNo } from '../../support/answering.ts';
import { plan, primary, run, shop } from '../../support/shop.ts';

const authority = await createAuthority('shop');
const [older, newer] = [
  await issueCertificate(authority, ['pg1']),
  await issueCertificate(authority, ['pg1']),
];
const postgres = { ...credentialsOf(shop)[0]!, reader: { kind: 'postgres', instance: primary } } as const;
const unit = 'dbctl-test.service';
const service = {
  ...postgres,
  reader: { kind: 'unit', unit, judges: true },
} as const;
const { place } = postgres;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A server whose files changed at second 100, and that has loaded them when `loadedAt` is later. */
function server({ loadedAt = 200, shown = newer.certificate, runs = true } = {}) {
  let [loaded, showing] = [loadedAt, shown];
  const reload = (): void => {
    [loaded, showing] = [300, newer.certificate];
  };
  return fakeHost(
    {},
    answering(
      when(acceptsConnections(primary), yesOrNo(runs)),
      whenSql('pg_reload_conf', reload),
      whenSql('pg_conf_load_time', () => json({ loadedAt: loaded, pendingRestart: [], errors: [] })),
      when(serviceState(unit), () =>
        runs
          ? `ActiveState=active\nStateChangeTimestamp=Thu 1970-01-01 00:0${Math.floor(loaded / 60)}:00 UTC\n`
          : 'ActiveState=inactive\nStateChangeTimestamp=\n',
      ),
      when(reloadService(unit), reload),
      when(newestChange([place.authority, place.certificate, place.key]), '100\n'),
      when(
        seenCertificates([postgres]),
        () => `certificate=${base64(newer.certificate)}\nauthority=\npair=yes\nshown=${base64(showing)}\n`,
      ),
    ),
  );
}

test.each([
  ['PostgreSQL', postgres, 'reload PostgreSQL'],
  ['a service', service, `reload ${unit}`],
])('%s that shows another certificate is reloaded', async (_, credential, change) => {
  const fake = server({ shown: older.certificate });

  expect((await plan(showCertificate(credential), fake.host)).changes).toEqual([change]);
  expect((await run(showCertificate(credential), fake.host)).status).toBe('changed');
  expect(fake.ran).toHaveLength(1);
  expect((await run(showCertificate(credential), fake.host)).status).toBe('in place');
});

test.each([
  ['PostgreSQL', postgres],
  ['a service', service],
])('%s that has not read the CAs it is to trust is reloaded', async (_, credential) => {
  const fake = server({ loadedAt: 60 });

  expect((await run(showCertificate(credential), fake.host)).status).toBe('changed');
});

test.each([
  ['a server that does not run', server({ shown: '', runs: false }), postgres],
  ['a service that does not run', server({ shown: '', runs: false }), service],
])('%s reads its files by itself', async (_, { host }, credential) => {
  expect((await plan(showCertificate(credential), host)).status).toBe('in place');
});
