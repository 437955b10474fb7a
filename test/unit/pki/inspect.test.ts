import { expect, test } from 'vitest';
import {
  certificatesOf,
  daysLeftOf,
  fingerprintOf,
  isSignedBy,
  issuedAt,
  nameOf,
  namesIn,
  parseCertificate,
  certificateProblems,
} from '../../../src/pki/inspect.ts';
import { createAuthority, issueCertificate } from '../../../src/pki/issue.ts';

const [old, next] = [await createAuthority('orders'), await createAuthority('orders', '2')];
const before = Math.floor(Date.now() / 1000) * 1000;
const leaf = await issueCertificate(old, ['pg1', '10.0.0.11']);
const parsed = parseCertificate(leaf.certificate)!;

test('a certificate tells its names once, its name, its days and when it was made', () => {
  expect(namesIn(parsed)).toEqual(['pg1', '10.0.0.11']);
  expect(nameOf(parsed)).toBe('pg1');
  expect(nameOf(parseCertificate(next.certificate)!)).toBe('orders CA 2');
  expect(daysLeftOf(parsed)).toBe(396);
  expect(daysLeftOf(parsed, Date.parse(parsed.validTo) + 1)).toBe(-1);
  expect(issuedAt(parsed)).toBeGreaterThanOrEqual(before);
  expect(issuedAt(parsed)).toBeLessThanOrEqual(Date.now());
});

test('a file of several certificates is taken apart', () => {
  const bundle = `# ours\n${old.certificate}\n${next.certificate.trim()}`;

  expect(certificatesOf(bundle)).toEqual([old.certificate, next.certificate]);
  expect(certificatesOf('hello')).toEqual([]);
});

test('the signer is found by its key, not by its name', async () => {
  const namesake = await createAuthority('orders');

  expect(isSignedBy(parsed, old.certificate)).toBe(true);
  expect(isSignedBy(parsed, namesake.certificate)).toBe(false);
  expect(isSignedBy(parsed, 'hello')).toBe(false);
});

test('what is no certificate has no fingerprint', () => {
  expect(fingerprintOf(undefined)).toBeUndefined();
  expect(fingerprintOf('hello')).toBeUndefined();
  expect(fingerprintOf(leaf.certificate)).toBe(parsed.fingerprint256);
});

const judge = (since: number) =>
  certificateProblems(leaf, { authority: old.certificate, names: ['pg1'], since });

test('one that was made before a rotation is replaced, one that was made in it stays', () => {
  expect(judge(before)).toEqual([]);
  expect(judge(issuedAt(parsed) + 1000)).toEqual(['it is older than this rotation']);
});
