// What a lab has besides the disks of its hosts, kept when it is saved and given back: keys, and the files it wrote for its user.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accessOf, envFileOf, hostKey, labKey } from './access.ts';
import { isOwn, ownedBy } from './env-file.ts';
import { labDirectory, type Lab } from './lab.ts';
import { savedDirectory, type SavedLab } from './saved.ts';

const caCertificateOf = ({ directory, cluster }: Pick<Lab, 'directory' | 'cluster'>): string =>
  join(directory, `${cluster}-ca.crt`);

/** Paths below the lab's own directory, and below that of a saved one. */
const keysOf = (root: string, lab: Lab): readonly string[] =>
  [labKey(root, lab.name), ...lab.hosts.map((host) => hostKey(root, lab.name, host.name))]
    .flatMap((key) => [key, `${key}.pub`])
    .map((path) => path.slice(labDirectory(root, lab.name).length));

export function keepFiles(root: string, lab: Lab, saveAs: string): void {
  const to = savedDirectory(root, saveAs);
  for (const path of keysOf(root, lab)) copy(join(labDirectory(root, lab.name), path), join(to, path));
  const file = envFileOf(lab.directory);
  if (!existsSync(file) || !isOwn(readFileSync(file, 'utf8'), lab.name)) return;
  copy(file, join(to, '.env.cluster'));
  if (existsSync(caCertificateOf(lab))) copy(caCertificateOf(lab), join(to, 'ca.crt'));
}

/** The keys of the saved lab become those of this one. */
export function giveKeys(root: string, saved: SavedLab, lab: Lab): void {
  const from = savedDirectory(root, saved.name);
  for (const path of keysOf(root, lab)) copy(join(from, path), join(labDirectory(root, lab.name), path));
}

/** Writes .env.cluster and the CA's certificate into the lab's directory. Answers what was written. */
export function giveFiles(root: string, saved: SavedLab, lab: Lab): readonly string[] {
  const from = savedDirectory(root, saved.name);
  const kept = join(from, '.env.cluster');
  if (!existsSync(kept)) return [];
  const [before, after] = [accessOf(saved.lab), accessOf(lab)];
  const text = ownedBy(readFileSync(kept, 'utf8'), saved.lab.name, lab.name)
    .replaceAll(before.key, after.key)
    .replaceAll(before.knownHosts, after.knownHosts);
  const file = envFileOf(lab.directory);
  mkdirSync(lab.directory, { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  if (!existsSync(join(from, 'ca.crt'))) return [file];
  copy(join(from, 'ca.crt'), caCertificateOf(lab));
  return [file, caCertificateOf(lab)];
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
