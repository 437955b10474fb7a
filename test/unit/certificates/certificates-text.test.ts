import { expect, test } from 'vitest';
import type {
  CertificatesReport,
  CertificateStatus,
} from '../../../src/certificates/certificate-status-facts.ts';
import {
  certificatesText,
  nextSteps,
  problemsIn,
  rotationHint,
} from '../../../src/certificates/certificates-text.ts';
import { widest } from '../../support/written.ts';

const fine: CertificateStatus = {
  host: 'pg1',
  port: 5432,
  what: 'PostgreSQL',
  daysLeft: 396,
  names: ['pg1', '10.0.0.11'],
  authority: 'current',
  shown: 'yes',
  fingerprint: 'AB',
  problems: [],
};
const missing = { daysLeft: undefined, names: undefined, authority: undefined, shown: undefined };
const ca = { ...fine, host: 'control', port: undefined, what: 'CA', names: ['shop CA'], shown: undefined };
const report: CertificatesReport = {
  rotation: undefined,
  certificates: [fine, { ...fine, host: 'pg2', port: 8432, what: 'pgBackRest', ...missing }],
  authorities: [{ ...ca, daysLeft: 3649 }],
  copyProblems: [],
  unknown: [],
};

test('a certificate is one line of the table', () => {
  expect(certificatesText(report)).toMatchInlineSnapshot(`
    "HOST    PORT WHAT       DAYS CA      SHOWN NAMES
    pg1     5432 PostgreSQL 396  current yes   pg1, 10.0.0.11
    pg2     8432 pgBackRest                    not set up
    control      CA         3649 current       shop CA
    "
  `);
});

test('what is wrong is said below, with whose it is', () => {
  const wrong = { ...fine, shown: 'other', problems: ['it ends in 2 days'] } as const;
  const bad = { ...report, certificates: [wrong], copyProblems: ['shop-ca.crt is not here'] };

  expect(problemsIn(bad)).toEqual(['pg1 PostgreSQL: it ends in 2 days', 'shop-ca.crt is not here']);
  expect(certificatesText(bad)).toMatchInlineSnapshot(`
    "HOST    PORT WHAT       DAYS CA      SHOWN NAMES
    pg1     5432 PostgreSQL 396  current other pg1, 10.0.0.11
    control      CA         3649 current       shop CA

    pg1 PostgreSQL: it ends in 2 days
    shop-ca.crt is not here
    → replace the certificates: dbctl certs rotate
    "
  `);
});

test('each kind of problem has its own way out', () => {
  const silent = { ...fine, shown: 'nothing', problems: ['nothing answers with TLS on pg1:5432'] } as const;
  const old = { ...ca, problems: ['it ends in 300 days'] };

  expect(nextSteps({ ...report, certificates: [silent] })).toEqual([
    'find out why PostgreSQL does not answer: dbctl logs pg1',
  ]);
  expect(nextSteps({ ...report, certificates: [{ ...silent, what: 'minio', host: 'control' }] })).toEqual([
    "find out why minio does not answer: on control, journalctl -n 50 -u 'dbctl-*'",
  ]);
  expect(nextSteps({ ...report, authorities: [old] })).toEqual(['replace the CA: dbctl certs rotate --ca']);
  expect(nextSteps(report)).toEqual([]);
});

test('a table of certificates with long names fits in 80 columns', () => {
  const long = 'a-very-long-name-of-a-host.example.org';
  const row = { ...fine, host: long, port: 15_432, what: 'pgBackRest client', names: [long, long] };

  expect(
    widest(certificatesText({ ...report, certificates: [{ ...row, authority: 'unknown' }] })),
  ).toBeLessThanOrEqual(80);
});

test('an unfinished rotation is told, and how it goes on', () => {
  expect(certificatesText({ ...report, rotation: 'issue' })).toContain('finish it: dbctl certs rotate\n');
  expect(certificatesText({ ...report, rotation: 'overlap' })).toContain(
    'dbctl certs rotate --ca --finish\n',
  );
});

test.each([
  ['authority', 'trust', true],
  ['authority', 'nothing', true],
  ['leaves', 'renew', true],
  ['leaves', 'leaves', false],
  ['finish', 'finish', false],
  ['finish', 'nothing', false],
] as const)('after %s (%s), the new CA file is to be handed out: %s', (asked, kind, isToldSo) => {
  const hint = rotationHint({ caCertificateFile: '/x/shop-ca.crt' }, asked, { kind });

  expect(hint.includes('/x/shop-ca.crt has both')).toBe(isToldSo);
});
