import { execa } from 'execa';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';

test('--help lists every command below a topic', async () => {
  const help = (await buildProgram([])).helpInformation();

  const topics = [...help.matchAll(/^([A-Z][a-z ]+):$/gm)].map(([, topic]) => topic);
  expect(topics).toEqual([
    'Options',
    'Set up',
    'Nodes',
    'Observe',
    'Operations',
    'Backups and certificates',
    'Other',
    'Commands',
  ]);
  expect(help.slice(help.indexOf('\nCommands:'))).toMatch(/^\nCommands:\n {2}help \[command\] .*\n$/);
});

test.each([
  [
    ['statuss'],
    ["error unknown command 'statuss'", '→ did you mean: status', '→ see what can be typed: dbctl --help'],
  ],
  [
    ['backup', 'rum'],
    ["error unknown command 'rum'", '→ did you mean: run', '→ see what can be typed: dbctl backup --help'],
  ],
  [
    ['up', '--frob'],
    ["error unknown option '--frob'", '→ see what can be typed: dbctl up --help'],
  ],
  [
    ['status', '-o', 'xml'],
    [
      "error option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, json.",
      '→ see what can be typed: dbctl status --help',
    ],
  ],
])('%j is refused in the form of all errors', async (words, lines) => {
  const { stderr, exitCode } = await execa('node', ['bin/dbctl.js', ...words], { reject: false });

  expect(exitCode).toBe(2);
  expect(stderr.split('\n')).toEqual(lines);
});

test('an older Node is named, with the one that is needed', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } })`;
  const nodeOptions = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  const { stderr, exitCode } = await execa('node', [nodeOptions, 'bin/dbctl.js', 'probe'], { reject: false });

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error dbctl needs Node 20\.19 or later, and this is Node 18\.19\.0\n→ /);
});
