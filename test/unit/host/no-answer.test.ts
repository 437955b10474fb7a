import { expect, test } from 'vitest';
import { CommandError, UnreachableError } from '../../../src/model/errors.ts';
import { isNoAnswer } from '../../../src/host/no-answer.ts';

const because = (cause: unknown): UnreachableError =>
  new UnreachableError({ what: 'pg2 cannot be reached', cause });
const coded = (code: string): Error => Object.assign(new Error(code), { code });
const late = new Error('no answer within 5 s', { cause: new DOMException('aborted', 'AbortError') });

test.each([
  ['no route to it', because(coded('EHOSTUNREACH')), true],
  ['no answer in time', because(late), true],
  ['a refused connection: the host is there', because(coded('ECONNREFUSED')), false],
  ['a name that nobody knows', because(coded('ENOTFOUND')), false],
  ['a refused login', because(new Error('All configured authentication methods failed')), false],
  ['another failure', new CommandError({ what: 'x', cause: coded('EHOSTUNREACH') }), false],
])('%s', (_case, error, expected) => {
  expect(isNoAnswer(error)).toBe(expected);
});
