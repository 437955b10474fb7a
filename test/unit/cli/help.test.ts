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
