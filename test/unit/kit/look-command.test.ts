import { Command } from 'commander';
import { expect, test } from 'vitest';
import { hostFlags } from '../../../src/kit/look-command.ts';

test('several host keys can be accepted, and none of them takes a host for a key', () => {
  const command = new Command('add-replica').argument('[host...]').addOption(hostFlags.acceptHostKey.option);

  command.parse(['--accept-host-key', 'SHA256:a', '--accept-host-key', 'SHA256:b', 'pg4'], { from: 'user' });

  expect(command.opts()).toEqual({ acceptHostKey: ['SHA256:a', 'SHA256:b'] });
  expect(command.args).toEqual(['pg4']);
});
