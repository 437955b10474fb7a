import { expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../src/pki/issue.ts';
import { statusOf } from '../../../src/certificates/certificate-status-facts.ts';
import type { SeenCertificate } from '../../../src/pki/seen-certificates-query.ts';
import { credentialsOf } from '../../../src/certificates/certificate-facts.ts';
import { shop } from '../../support/shop.ts';

const [ca, next, strange] = [
  await createAuthority('shop'),
  await createAuthority('shop', '2'),
  await createAuthority('strange'),
];
const leaf = await issueCertificate(ca, ['pg1', '10.0.0.11']);
const authority = { ...ca, trusted: [ca.certificate], rotation: undefined };
const credential = credentialsOf(shop)[0]!;
const fine: SeenCertificate = {
  certificate: leaf.certificate,
  authority: ca.certificate,
  isPair: true,
  shown: leaf.certificate,
};
const judge = (seen: Partial<SeenCertificate>, by = authority) =>
  statusOf({ ...credential, seen: { ...fine, ...seen } }, by);

test('a certificate that is fine has no finding', () => {
  expect(judge({})).toMatchObject({
    host: 'pg1',
    port: 5432,
    what: 'PostgreSQL',
    daysLeft: 396,
    names: ['pg1', '10.0.0.11'],
    authority: 'current',
    shown: 'yes',
    problems: [],
  });
});

test('a certificate that was never made is no problem', () => {
  expect(judge({ certificate: undefined, shown: undefined, isPair: false })).toEqual({
    host: 'pg1',
    port: 5432,
    what: 'PostgreSQL',
    problems: [],
  });
});

const short = await issueCertificate(strange, ['pg9']);

test.each<[string, Partial<SeenCertificate>, readonly string[]]>([
  ['nothing answers', { shown: undefined }, ['nothing answers with TLS on 10.0.0.11:5432']],
  ['it was not loaded', { shown: short.certificate }, ['10.0.0.11:5432 presents another certificate']],
  [
    "it is another host's, of another CA",
    { certificate: short.certificate, shown: short.certificate },
    ['it is signed by an unknown CA', 'it is not valid for pg1, 10.0.0.11'],
  ],
  ['its key is not its own', { isPair: false }, ['its key is missing or belongs to another certificate']],
  [
    'its file is broken',
    { certificate: 'hello' },
    ['/etc/dbctl/shop/pg1/server.crt is not a certificate', '10.0.0.11:5432 presents another certificate'],
  ],
  [
    'others are trusted',
    { authority: strange.certificate },
    ["/etc/dbctl/shop/pg1/ca.crt does not hold the cluster's CA"],
  ],
])('what is wrong when %s', (_, seen, problems) => {
  expect(judge(seen).problems).toEqual(problems);
});

test('while a new CA takes over, both are known, and both must be trusted', () => {
  const both = { trusted: [ca.certificate, next.certificate] };
  const bundle = { authority: both.trusted.join('') };
  const rotation = { phase: 'issue', startedAt: '2026-11-21T10:00:00.000Z' } as const;

  expect(
    judge(bundle, { ...ca, ...both, rotation: { ...rotation, phase: 'overlap' } } as never),
  ).toMatchObject({
    authority: 'current',
    problems: [],
  });
  expect(judge(bundle, { ...next, ...both, rotation } as never)).toMatchObject({ authority: 'old' });
  expect(judge({}, { ...ca, ...both, rotation } as never).problems).toEqual([
    "/etc/dbctl/shop/pg1/ca.crt does not hold the cluster's CA",
  ]);
});
