import { expect, test } from 'vitest';
import type {
  BackupFacts,
  ControlFacts,
  NodeBackupFacts,
} from '../../../../src/backup/check/backup-facts.ts';
import { checkCertificates } from '../../../../src/backup/check/backup-check.ts';

const now = 1_800_000_000;
const day = 86_400;
const ending = (host: string, what: string, days: number) => ({ host, what, endsAt: now + days * day });

const sight = (control: readonly object[], nodes: readonly object[]): BackupFacts => ({
  now,
  control: { certificates: control } as unknown as ControlFacts,
  nodes: [{ certificates: nodes } as unknown as NodeBackupFacts],
  unseen: [],
});

test('the certificate that ends first is told when none ends soon', () => {
  const seen = sight([ending('control', 'CA', 3650)], [ending('pg1', 'PostgreSQL', 31.5)]);
  expect(checkCertificates(seen)).toMatchObject([
    { status: 'ok', message: 'no certificate ends in the next 31 days' },
  ]);
});

test('each that ends soon or has ended is named, with what renews it', () => {
  const seen = sight(
    [ending('control', 'CA', 12.1)],
    [ending('pg1', 'PostgreSQL', -3.2), ending('pg1', 'pgBackRest', 300)],
  );
  expect(checkCertificates(seen)).toMatchObject([
    { status: 'warning', message: 'control: the certificate of CA ends in 12 days' },
    { status: 'critical', message: 'pg1: the certificate of PostgreSQL ended 3 days ago' },
  ]);
  expect(checkCertificates(seen).map(({ next }) => next?.at(-1))).toEqual([
    'make a new one: dbctl certs rotate --ca',
    'renew it: dbctl certs rotate',
  ]);
});

test('a cluster without certificates is not judged by them', () => {
  expect(checkCertificates(sight([], []))).toEqual([]);
  expect(checkCertificates({ now, control: undefined, nodes: [], unseen: [] })).toEqual([]);
});
