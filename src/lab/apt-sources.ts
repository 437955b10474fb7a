// Reads APT's source lists, both formats of sources.list(5), and finds the machine's Debian mirror in them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import { namesIn } from './state.ts';

export interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signedBy: string;
}

export interface Mirrors {
  readonly main: string;
  /** Where the security updates are, when the machine uses them. */
  readonly security: string | undefined;
}

/** Sources of one file; its name decides the format, as APT does it. */
export const parseSources = (file: string, text: string): readonly Source[] =>
  file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);

function parseDeb822(text: string): readonly Source[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/);
  return stanzas.map(fieldsOf).flatMap((field) => {
    if (field('enabled').join() === 'no' || !field('types').includes('deb')) return [];
    return field('uris').flatMap((uri) =>
      field('suites').map((suite) => ({
        uri,
        suite,
        components: field('components'),
        signedBy: field('signed-by').join(' '),
      })),
    );
  });
}

/** A continuation line starts with white space and belongs to the field above it. */
function fieldsOf(stanza: string): (name: string) => readonly string[] {
  const lines = stanza.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  const fields = lines.map((line) => /^([\w-]+):(.*)$/.exec(line));
  return (name) => words(fields.find((field) => field?.[1]?.toLowerCase() === name)?.[2] ?? '');
}

function parseOneLine(text: string): readonly Source[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /signed-by=(\S+)/i.exec(options)?.[1] ?? '';
    return [{ uri, suite, components: words(components), signedBy }];
  });
}

/**
 * The Debian archive among all sources: other vendors use Debian's release names too, so a source counts when it
 * has `main` and is signed by Debian's keyring or lies under a path called debian.
 */
export function chooseMirrors(sources: readonly Source[]): Mirrors | undefined {
  const debian = sources.filter(
    ({ uri, components, signedBy }) =>
      components.includes('main') &&
      /^(https?|file|mirror\+file):/.test(uri) &&
      (signedBy.includes('debian-archive') || /\/debian(-security)?(\/|$)/.test(uri)),
  );
  const isSecurity = ({ suite }: Source): boolean => /(-security|\/updates)$/.test(suite);
  const main = debian.find((source) => !isSecurity(source) && !source.suite.endsWith('-backports'));
  return main && { main: main.uri, security: debian.find(isSecurity)?.uri };
}

/**
 * The same mirrors as a sources file for another release. Indexes count for as long as they are signed: those of testing
 * end after a week, and a mirror that is a snapshot has older ones.
 */
export function sourcesFor(release: string, { main, security }: Mirrors): string {
  const trust = 'Check-Valid-Until: no\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n';
  const stanza = (uri: string, suites: string): string =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\n${trust}`;
  const parts = [stanza(main, `${release} ${release}-updates`)];
  if (security) parts.push(stanza(security, `${release}-security`));
  return parts.join('\n');
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

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
  const names = namesIn(folder).filter((name) => /\.(list|sources)$/.test(name));
  return [...names.map((name) => join(folder, name)), join(apt, 'sources.list')].filter(existsSync);
}

/** Cloud images name their mirror in a file of its own: mirror+file:/etc/apt/mirrors/debian.list. */
function resolve(uri: string): string {
  if (!uri.startsWith('mirror+file:')) return uri;
  const list = readFileSync(uri.slice('mirror+file:'.length), 'utf8');
  return /^(https?:\S+)/m.exec(list)?.[1] ?? uri;
}
