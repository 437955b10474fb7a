import { linuxUser } from '../readers/name.ts';
import { path, port } from '../readers/reader.ts';
import type { Setting } from '../setting.ts';

export const sshSettings = {
  CLUSTER_SSH_USER: {
    group: 'ssh',
    doc: 'User to log in as: root, or a user with passwordless sudo. Default: what ~/.ssh/config says.',
    read: linuxUser,
    optional: true,
    example: 'root',
  },
  CLUSTER_SSH_PORT: {
    group: 'ssh',
    doc: 'Port of sshd on the hosts. Default: what ~/.ssh/config says, else 22.',
    read: port,
    optional: true,
    example: '22',
  },
  CLUSTER_SSH_KEY: {
    group: 'ssh',
    doc: 'Private key file. Relative paths start at this file. Default: the agent and ~/.ssh/config.',
    read: path,
    optional: true,
    example: '~/.ssh/id_ed25519',
  },
  CLUSTER_SSH_KNOWN_HOSTS: {
    group: 'ssh',
    doc: 'File with the host keys, used instead of your own known_hosts.',
    read: path,
    optional: true,
    example: 'known_hosts',
  },
} as const satisfies Readonly<Record<string, Setting>>;
