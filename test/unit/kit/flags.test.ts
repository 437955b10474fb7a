import { expect, test } from 'vitest';
import { parseDuration, commonFlags, hasNoColor, shownBy, withCommonFlags } from '../../../src/kit/flags.ts';
import { Command } from 'commander';
import { ConfigError } from '../../../src/model/errors.ts';

test.each([
  ['500ms', 500],
  ['3s', 3000],
  ['0.5s', 500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['30', 30_000],
  ['0s', undefined],
  ['-1s', undefined],
  ['3 s', undefined],
  ['', undefined],
  ['1d', undefined],
  ['99999999s', undefined],
])('%j is %s ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

/** The command that was named, as it is when its action runs. */
function typed(...words: readonly string[]): Command {
  const program = withCommonFlags(new Command('dbctl')).exitOverride();
  const status = withCommonFlags(program.command('status')).action(() => {});
  program.parse(words, { from: 'user' });
  return status;
}

test.each([
  [['status'], 'normal', false],
  [['status', '-v'], 'verbose', false],
  [['-v', 'status'], 'verbose', false],
  [['-q', 'status'], 'quiet', false],
  [['status', '--json', '--verbose'], 'verbose', true],
  [['--json', 'status'], 'normal', true],
] as const)('%j is shown %s, as events: %s', (words, verbosity, hasEvents) => {
  expect(shownBy(typed(...words))).toEqual({ verbosity, hasEvents });
});

test('quiet and verbose at once are refused', () => {
  expect(() => shownBy(typed('-q', 'status', '-v'))).toThrow(ConfigError);
});

test('with --json the answer is JSON too, whatever else is typed', () => {
  expect(commonFlags(typed('status', '--json'))).toMatchObject({ output: 'json', config: '.env.cluster' });
  expect(commonFlags(typed('--json', 'status', '-o', 'table')).output).toBe('json');
  expect(commonFlags(typed('status')).output).toBe('table');
});

test('colour can be declined before and after the name', () => {
  expect(
    [typed('--no-color', 'status'), typed('status', '--no-color'), typed('status')].map(hasNoColor),
  ).toEqual([true, true, false]);
});
