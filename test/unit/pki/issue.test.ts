import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../src/pki/issue.ts';
import { Secret } from '../../../src/model/secret.ts';
import { certificateProblems } from '../../../src/pki/inspect.ts';

const authority = await createAuthority('orders');
const names = ['pg1', '10.0.0.11', 'fd00::11'] as const;
const leaf = await issueCertificate(authority, [...names]);

test('a CA may sign, and a leaf may only serve', () => {
  const ca = new X509Certificate(authority.certificate);
  const server = new X509Certificate(leaf.certificate);

  expect(ca.ca).toBe(true);
  expect(ca.subject).toContain('CN=orders CA');
  expect(server.ca).toBe(false);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('a certificate for the right names from the right CA has no problem', () => {
  expect(certificateProblems(leaf, { authority: authority.certificate, names })).toEqual([]);
});

test('a private key hides itself', () => {
  expect(`${String(authority.key)}${JSON.stringify(leaf)}`).not.toContain('PRIVATE KEY');
  expect(leaf.key.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
});

const inDays = (count: number): number => Date.now() + count * 86_400_000;

test.each([
  ['another name', { names: ['pg2'] }, ['it is not valid for pg2']],
  ['an address it lacks', { names: ['10.0.0.12'] }, ['it is not valid for 10.0.0.12']],
  ['a month before its end', { now: inDays(367.5) }, ['it ends in 29 days']],
  ['after its end', { now: inDays(399.5) }, ['it ends in -3 days']],
])('%s is a problem', (_reason, difference, problems) => {
  const wanted = { authority: authority.certificate, names, ...difference };

  expect(certificateProblems(leaf, wanted)).toEqual(problems);
});

test('a certificate of another CA of the same name is a problem', async () => {
  const other = await createAuthority('orders');

  expect(certificateProblems(leaf, { authority: other.certificate, names })).toEqual([
    "it was not signed by the cluster's CA",
  ]);
});

test("another certificate's key is a problem, and so is no key at all", async () => {
  const other = await issueCertificate(authority, [...names]);
  const wanted = { authority: authority.certificate, names };

  const problem = ['its key belongs to another certificate'];
  expect(certificateProblems({ ...leaf, key: other.key }, wanted)).toEqual(problem);
  expect(certificateProblems({ ...leaf, key: new Secret('hello') }, wanted)).toEqual(problem);
});

test('garbage is not read as a certificate', () => {
  expect(
    certificateProblems({ ...leaf, certificate: 'hello' }, { authority: authority.certificate, names }),
  ).toEqual(['it is not a certificate']);
});
