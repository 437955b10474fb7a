import { expect, test } from 'vitest';
import * as v from 'valibot';
import { classify } from '../../../src/probe/failure.ts';

const inTime = { isLate: false, tlsAnswer: 'S' };
const withCode = (code: string) => Object.assign(new Error('in any words'), { code });
const wrongShape = () => {
  try {
    return v.parse(v.string(), 1);
  } catch (error) {
    return error;
  }
};

test.each([
  [
    'a deadline that passed explains every other error',
    withCode('ECONNRESET'),
    { ...inTime, isLate: true },
    'timeout',
  ],
  ['a server that said it has no TLS', new Error('in any words'), { ...inTime, tlsAnswer: 'N' }, 'no-tls'],
  ['a firewall that rejects', withCode('EHOSTUNREACH'), inTime, 'no-route'],
  ['a name server that does not answer', withCode('EAI_AGAIN'), inTime, 'dns'],
  [
    'several addresses, all refused',
    Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
    inTime,
    'refused',
  ],
  ['a certificate past its end', withCode('CERT_HAS_EXPIRED'), inTime, 'tls-date'],
  ['a clock before its start', withCode('CERT_NOT_YET_VALID'), inTime, 'tls-date'],
  ['a certificate that signed itself', withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), inTime, 'tls-ca'],
  [
    'a role that may not log in, told from pg_hba.conf by the place in the source',
    Object.assign(withCode('28000'), { routine: 'InitializeSessionUserId' }),
    inTime,
    'no-login',
  ],
  ['a host that pg_hba.conf does not know', withCode('28000'), inTime, 'hba'],
  ['a server that shuts down', withCode('57P01'), inTime, 'closed'],
  ['a connection that just ended', new Error('in any words'), inTime, 'closed'],
  ['a code that is not in the tables', withCode('58030'), inTime, 'other'],
  ['an answer that is not what was asked for', wrongShape(), inTime, 'other'],
  ['something that is no error at all', 'oops', inTime, 'closed'],
])('%s', (_reason, error, progress, kind) => {
  expect(classify(error, progress).kind).toBe(kind);
});
