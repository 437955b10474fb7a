import { expect, test } from 'vitest';
import * as errors from '../../../src/model/errors.ts';
import { printError } from '../../../src/ui/print-error.ts';
import { written } from '../../support/written.ts';

function print(error: unknown, isTTY = false): { code: number; text: string } {
  const { terminal, text } = written(isTTY);
  const code = printError(error, terminal);
  return { code, text: text() };
}

const refused = new errors.RefusedError({
  what: 'pg1 cannot be used',
  why: 'it runs fedora 43\nsystemd is not running there',
  next: ['use another host', 'dbctl doctor'],
});

test('an error says what, why and what next, without colour where nobody looks', () => {
  expect(print(refused)).toEqual({
    code: 4,
    text: [
      'error pg1 cannot be used',
      '  it runs fedora 43',
      '  systemd is not running there',
      '→ use another host',
      '→ dbctl doctor',
      '',
    ].join('\n'),
  });
});

test('colour is for people', () => {
  expect(print(refused, true).text).toContain('\u001b[31merror\u001b[39m pg1');
  expect(print(refused, false).text).not.toContain('\u001b');
});

test('an error may have nothing but a fact', () => {
  expect(print(new errors.ConfigError({ what: 'no file' })).text).toBe('error no file\n');
});

test.each([
  [new errors.ConfigError({ what: 'x' }), 2],
  [new errors.UnreachableError({ what: 'x' }), 3],
  [new errors.RefusedError({ what: 'x' }), 4],
  [new errors.CommandError({ what: 'x' }), 5],
  [new errors.UnverifiedError({ what: 'x' }), 6],
  [new errors.InterruptedError({ what: 'x' }), 130],
])('%o ends with code %i', (error, code) => {
  expect(print(error).code).toBe(code);
});

test('several errors are all shown, and the gravest code counts', () => {
  const several = new AggregateError([
    new errors.UnreachableError({ what: 'pg1 is gone' }),
    new AggregateError([new errors.CommandError({ what: 'clone failed' }), refused]),
  ]);

  const { code, text } = print(several);

  expect(code).toBe(5);
  expect(text).toMatch(/error pg1 is gone\n[^]*error clone failed\n[^]*error pg1 cannot be used/);
});

test('what was not foreseen is a bug, with its stack', () => {
  const { code, text } = print(new TypeError('x is not a function'));

  expect(code).toBe(1);
  expect(text).toMatch(
    /^bug internal error in dbctl; please report it with the output of: dbctl report\n {2}TypeError: x is not a function\n {6}at /,
  );
});

test('even what is no error is shown', () => {
  expect(print('odd').text).toContain('  odd\n');
  expect(print(Object.assign(new Error('x'), { stack: undefined })).code).toBe(1);
});
