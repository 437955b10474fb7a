import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { ConfigError } from '../model/errors.ts';
import { accessOf } from './access.ts';
import { machineNetnsOf, type Lab } from './lab.ts';
import { checkMachine } from './prerequisites.ts';
import { findHost } from './status.ts';

/**
 * Opens the system's ssh on this terminal, as root on a host of the lab. Answers its exit code.
 * The words of the command are joined by ssh itself, and read by a shell on the host.
 */
export async function labSsh(lab: Lab, hostName: string, words: readonly string[]): Promise<number> {
  const command = words[0] === '--' ? words.slice(1) : words;
  const { key, knownHosts } = accessOf(lab);
  const { address } = findHost(lab, hostName);
  const options = {
    ...{ IdentityFile: key, IdentitiesOnly: 'yes' },
    ...{ UserKnownHostsFile: knownHosts, StrictHostKeyChecking: 'yes' },
  };
  if (!existsSync(key)) throw lostKey(lab, key);
  const netns = machineNetnsOf(lab);
  if (netns !== undefined) checkMachine(`dbctl lab ssh --name ${lab.name} ${hostName}`);
  const [file = '', ...args] = [
    ...(netns === undefined ? [] : ['ip', 'netns', 'exec', netns]),
    ...['ssh', '-F', 'none'],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `root@${address}`,
    ...(command.length > 0 ? ['--', ...command] : []),
  ];
  const { exitCode } = await execa(file, args, { stdio: 'inherit', reject: false });
  return exitCode ?? 255;
}

const lostKey = ({ name }: Lab, key: string): ConfigError =>
  new ConfigError({
    what: `the lab's SSH key is gone: ${key}`,
    next: [`write it again: sudo dbctl lab up --name ${name}`],
  });
