import { Command } from 'commander';
import { expect, test } from 'vitest';
import { withHostKeyFlag } from '../../../src/kit/change.ts';

test('several host keys can be accepted, and none of them takes a host for a key', () => {
  const command = withHostKeyFlag(new Command('add-replica').argument('[host...]'));

  command.parse(['--accept-host-key', 'SHA256:a', '--accept-host-key', 'SHA256:b', 'pg4'], { from: 'user' });

  expect(command.opts()).toEqual({ acceptHostKey: ['SHA256:a', 'SHA256:b'] });
  expect(command.args).toEqual(['pg4']);
});
