// What makes one host out of the image: its name, its keys, who may log in. Written to its disk before the first boot.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hostKey, labKey } from './access.ts';
import { sourcesFor, type Mirrors } from './apt-sources.ts';
import { writeFiles } from './build-layer.ts';
import { rootOf, type Lab, type LabHost } from './lab.ts';

/** The account of `admin` in the image: the first that useradd makes. */
const adminId = 1000;

/** Leaves a host that was prepared before alone: its disk is its own. */
export function prepareRoot(root: string, lab: Lab, host: LabHost, mirrors: Mirrors | undefined): void {
  const at = rootOf(root, lab.name, host.name);
  if (existsSync(join(at, 'etc/machine-id'))) return;
  writeFiles(at, { '/etc/hostname': `${host.name}\n`, '/etc/hosts': hostsFile(lab) });
  const authorized = readFileSync(`${labKey(root, lab.name)}.pub`, 'utf8');
  authorize(join(at, 'root'), authorized, 0);
  authorize(join(at, 'home/admin'), authorized, adminId);
  chmodSync(join(at, 'etc/sudoers.d/dbctl-lab'), 0o440);
  const key = join(at, 'etc/ssh/ssh_host_ed25519_key');
  for (const suffix of ['', '.pub'])
    copyFileSync(`${hostKey(root, lab.name, host.name)}${suffix}`, `${key}${suffix}`);
  chmodSync(key, 0o600);
  if (lab.online) copyFileSync(resolverFile(), join(at, 'etc/resolv.conf'));
  if (mirrors) writeFiles(at, { '/etc/apt/sources.list.d/debian.sources': sourcesFor(lab.release, mirrors) });
  // Last: it marks the host as prepared.
  writeFileSync(join(at, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
}

/** The lab's names, so that hosts find each other without DNS. */
const hostsFile = ({ hosts }: Pick<Lab, 'hosts'>): string =>
  [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...hosts.map(({ name, address }) => `${address} ${name}`),
    '',
  ].join('\n');

function authorize(home: string, keys: string, id: number): void {
  const file = join(home, '.ssh/authorized_keys');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, keys, { mode: 0o600 });
  for (const path of [dirname(file), file]) chownSync(path, id, id);
}

/** A resolver on the machine's own loopback is out of a host's reach; systemd-resolved keeps the real ones aside. */
function resolverFile(): string {
  const upstream = '/run/systemd/resolve/resolv.conf';
  const isLocal = /^nameserver\s+127\./m.test(readFileSync('/etc/resolv.conf', 'utf8'));
  return isLocal && existsSync(upstream) ? upstream : '/etc/resolv.conf';
}
