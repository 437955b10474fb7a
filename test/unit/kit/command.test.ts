import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { command } from '../../../src/kit/command.ts';
import {
  withCommonFlags,
  argument,
  count,
  duration,
  flag,
  option,
  repeated,
} from '../../../src/kit/flags.ts';

let shown = '';
beforeEach(() => {
  shown = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const greet = command({
  needs: 'nothing',
  arguments: { name: argument('<name>', 'who'), others: argument('[other...]', 'more') },
  flags: {
    loud: flag('--loud', 'in capitals'),
    times: option('-n, --times <count>', 'how often', { read: count(9), otherwise: 1 }),
    wait: option('--wait <duration>', 'before', { read: duration }),
    tone: option('--tone <tone>', 'how', { choices: ['warm', 'cool'] }),
    to: repeated('--to <place>', 'where'),
  },
  run: async ({ args, flags, yes, title }) => ({ args, flags, yes, title }),
  text: ({ args: { name, others } }) => `hello ${[name, ...others].join(', ')}\n`,
  exitCode: ({ flags: { loud } }) => (loud ? 4 : 0),
});

const type = (...words: readonly string[]): Promise<Command> => {
  const program = withCommonFlags(new Command('dbctl')).option('-y, --yes').exitOverride();
  greet(
    program
      .command('greet')
      .exitOverride()
      .configureOutput({ writeErr: () => {} }),
  );
  return program.parseAsync(words, { from: 'user' });
};

const answered = (): unknown => JSON.parse(shown);

test('a command gets what was typed, by name and by type', async () => {
  await type('greet', 'ann', 'bob', '-n', '3', '--wait', '2s', '--to', 'a', '--to', 'b', '--json', '--yes');

  expect(answered()).toEqual({
    args: { name: 'ann', others: ['bob'] },
    flags: { loud: false, times: 3, wait: 2000, to: ['a', 'b'] },
    yes: true,
    title: 'greet ann bob',
  });
});

test('what was not typed has its default, or none', async () => {
  await type('greet', 'ann', '-o', 'json');
  expect(answered()).toMatchObject({ args: { others: [] }, flags: { loud: false, times: 1 }, yes: false });
});

test('the answer is text unless JSON is asked for, and its exit code is kept', async () => {
  await type('--yes', 'greet', 'ann', '--loud');
  expect(shown).toBe('hello ann\n');
  expect(process.exitCode).toBe(4);
});

test.each([
  ['a choice that is none', ['--tone', 'hot']],
  ['a count of none', ['-n', '0']],
  ['a count too high', ['-n', '10']],
  ['no duration', ['--wait', 'long']],
])('%s is refused', async (_what, words) => {
  await expect(type('greet', 'ann', ...words)).rejects.toThrow(/invalid/);
  expect(shown).toBe('');
});

test('a verdict comes after the answer', async () => {
  const failing = command({
    needs: 'nothing',
    run: async () => 'seen',
    text: (answer) => `${answer}\n`,
    verdict: async () => {
      throw new Error('bad');
    },
  });
  const program = failing(new Command('check'));

  await expect(program.parseAsync([], { from: 'user' })).rejects.toThrow('bad');
  expect(shown).toBe('seen\n');
});
