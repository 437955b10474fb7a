import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import { chooseMirrors, parseSources, type Mirrors } from './apt-sources.ts';

/** The mirror this machine uses, or the one that was asked for. A machine without Debian sources is a ConfigError. */
export function findMirrors(asked: string | undefined, apt = '/etc/apt'): Mirrors {
  if (asked !== undefined) return { main: asked, security: undefined };
  const found = chooseMirrors(
    sourceFiles(apt).flatMap((file) => parseSources(file, readFileSync(file, 'utf8'))),
  );
  if (found) return { main: resolve(found.main), security: found.security && resolve(found.security) };
  throw new ConfigError({
    what: 'this machine has no Debian package mirror to build the lab from',
    why: `no source of the Debian archive in ${apt}/sources.list or ${apt}/sources.list.d`,
    next: ['name one: sudo DBCTL_LAB_MIRROR=https://mirror.example/debian dbctl lab up'],
  });
}

function sourceFiles(apt: string): readonly string[] {
  const folder = join(apt, 'sources.list.d');
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return [
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(folder, name)),
    join(apt, 'sources.list'),
  ].filter((file) => existsSync(file));
}

/** Cloud images name their mirror in a file of its own: mirror+file:/etc/apt/mirrors/debian.list. */
function resolve(uri: string): string {
  if (!uri.startsWith('mirror+file:')) return uri;
  const list = readFileSync(uri.slice('mirror+file:'.length), 'utf8');
  return /^(https?:\S+)/m.exec(list)?.[1] ?? uri;
}
