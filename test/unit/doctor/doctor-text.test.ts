import { expect, test } from 'vitest';
import { doctorReport } from '../../../src/doctor/report.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { doctorJson, doctorText } from '../../../src/doctor/doctor-text.ts';
import { setUp, shop, sightOf, type Otherwise } from './doctor-sight.ts';
import { widest } from '../../support/written.ts';
import { UnreachableError } from '../../../src/model/errors.ts';

const textOf = (otherwise: Readonly<Record<string, Otherwise>>): string =>
  doctorText(doctorReport(shop, sightOf(otherwise), []), 0);

test('bare hosts are one table, one matrix and a verdict', () => {
  expect(textOf({})).toMatchInlineSnapshot(`
    "cluster shop: PostgreSQL 17.12, pgBackRest 2.55.1, glibc 2.41, ICU 76

    HOST    SYSTEM    CPU MEMORY DISK FREE WRITE/s READ/s SYNC   CLOCK  STATE
    control debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok
    pg1     debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok
    pg2     debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok

    FROM \\ TO  control  pg1    pg2
    control             8432·  8432·
    pg1        8432·           5432·
    pg2        8432·    5432·
    · nothing listens yet

    OK: 3 hosts and 6 links checked
    "
  `);
});

test('what is to be put right comes first, with what to do', () => {
  const text = textOf({
    pg1: { node: setUp('pg1'), links: { 'pg2:5432': { state: 'silent' } } },
    pg2: { links: { 'pg1:5432': { state: 'silent' } }, facts: { overcommit: 1 } },
    control: { links: { 'pg1:8432': { state: 'not tried' } } },
  });

  expect(text).toMatchInlineSnapshot(`
    "cluster shop: PostgreSQL 17.12, pgBackRest 2.55.1, glibc 2.41, ICU 76

    HOST    SYSTEM    CPU MEMORY DISK FREE WRITE/s READ/s SYNC   CLOCK  STATE
    control debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok
    pg1     debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms warn
    pg2     debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms fail

    FROM \\ TO  control  pg1    pg2
    control             8432?  8432·
    pg1        8432·           5432✗
    pg2        8432·    5432✗
    · nothing listens yet, ✗ broken, ? not tried

    To fix, in this order:
    1. pg2: no answer from pg1 (10.0.0.11:5432) within 2 s, as with a firewall that
       drops packets
       needed: pg2 streams from pg1
       → find the firewall that drops it, first on pg1:
         nft list ruleset | grep -w 5432
       → with ufw there: ufw allow proto tcp from 10.0.0.12 to any port 5432
       → then between the hosts: routers, security groups of the cloud

    Works, but may cause trouble:
    1. pg1: no answer from pg2 (10.0.0.12:5432) within 2 s, as with a firewall that
       drops packets
       needed when the primary changes: pg1 streams from pg2
       → find the firewall that drops it, first on pg2:
         nft list ruleset | grep -w 5432
       → with ufw there: ufw allow proto tcp from 10.0.0.11 to any port 5432
       → then between the hosts: routers, security groups of the cloud

    Good to know:
    1. pg2: vm.overcommit_memory is 1: when memory runs out, the kernel kills
       PostgreSQL
       → sysctl -w vm.overcommit_memory=2
       → keep it: echo vm.overcommit_memory=2 > /etc/sysctl.d/60-postgresql.conf

    FAIL: 3 hosts and 5 links checked, 1 to fix, 1 warning
    then check again: dbctl doctor
    "
  `);
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test('a host that nobody saw has an empty row and a reason', () => {
  const sites = sitesOf(shop);
  const pg2 = sites.find(({ name }) => name === 'pg2')!;
  const error = new UnreachableError({
    what: '10.0.0.12 cannot be reached over SSH on port 22 as root',
    why: 'connect ECONNREFUSED 10.0.0.12:22',
    next: ['try it by hand: ssh -p 22 root@10.0.0.12'],
  });
  const report = doctorReport(
    shop,
    sightOf().filter(({ site }) => site.name !== 'pg2'),
    [{ site: pg2, error }],
  );

  expect(doctorText(report, 0)).toMatchInlineSnapshot(`
    "cluster shop: PostgreSQL 17.12, pgBackRest 2.55.1, glibc 2.41, ICU 76

    HOST    SYSTEM    CPU MEMORY DISK FREE WRITE/s READ/s SYNC   CLOCK  STATE
    control debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok
    pg1     debian 13 4   8.0 GB 56 GB 60% 381 MB  763 MB 1.0 ms 4.0 ms ok
    pg2                                                                 no SSH

    FROM \\ TO  control  pg1    pg2
    control             8432·  8432·
    pg1        8432·           5432·
    pg2        8432?    5432?
    · nothing listens yet, ? not tried

    To fix, in this order:
    1. pg2: 10.0.0.12 cannot be reached over SSH on port 22 as root
       connect ECONNREFUSED 10.0.0.12:22
       → try it by hand: ssh -p 22 root@10.0.0.12

    UNREACHABLE: 2 of 3 hosts and 4 links checked, 1 to fix
    then check again: dbctl doctor
    "
  `);
  expect(doctorJson(report)).toMatchObject({
    status: 'unknown',
    hosts: [{ name: 'control' }, { name: 'pg1' }, { name: 'pg2', status: 'unknown' }],
    findings: [{ check: 'reach', hosts: ['pg2'] }],
  });
});

test('long names, odd clocks and many hosts stay within 80 columns', () => {
  const text = textOf({
    control: {
      facts: {
        os: 'ubuntu',
        release: '24.04',
        cores: 128,
        memoryBytes: 999 * 1024 ** 3,
        clockOffsetSeconds: -7 * 3600,
        disk: { path: '/var', totalBytes: 999e12, freeBytes: 998e12 },
      },
      speed: { write: 999 * 1024 ** 2, read: undefined, sync: 0.3456 },
    },
    pg1: { facts: { clockOffsetSeconds: 33 } },
    pg2: { facts: { clockOffsetSeconds: 5.25 } },
  });

  expect(widest(text.split('\n\n')[1]!)).toBeLessThanOrEqual(80);
  expect(text).toMatch(/-7 h .*\n.* 33 s .*\n.* 5\.3 s /);
});
