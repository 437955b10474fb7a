// Host keys as OpenSSH keeps them: sshd(8), section SSH_KNOWN_HOSTS FILE FORMAT. Pure: files come in as text.
// Host certificates (@cert-authority) are not verified by ssh2, so those lines count for nothing here.

import { createHash, createHmac } from 'node:crypto';

export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

/** One line of a known_hosts file that speaks of the host asked for. */
export type KnownKey = ReturnType<typeof parseLine>[number];

export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked' | 'changed'; readonly by: KnownKey }
  | { readonly kind: 'unknown' };

/** How a host is called in known_hosts: the port only shows when it is not 22. */
export const knownHostsName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** Every key that the files hold for a name, in the order in which OpenSSH would meet them. */
export const knownKeys = (files: readonly KnownHostsFile[], name: string): readonly KnownKey[] =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => parseLine(line, name, path, index + 1)),
  );

/** What the known keys say about the key that a server showed. A changed key is one of the same type. */
export function judge(known: readonly KnownKey[], shown: Buffer): Verdict {
  const key = shown.toString('base64');
  const revoked = known.find((line) => line.revoked && line.key === key);
  if (revoked) return { kind: 'revoked', by: revoked };

  const valid = known.filter((line) => !line.revoked);
  if (valid.some((line) => line.key === key)) return { kind: 'known' };
  const other = valid.find((line) => line.type === keyType(shown));
  return other ? { kind: 'changed', by: other } : { kind: 'unknown' };
}

/** "SHA256:…", as ssh-keygen -l shows it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The type is the first field of the key itself: RFC 4253, section 6.6. */
export const keyType = (key: Buffer): string =>
  key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));

function parseLine(text: string, name: string, path: string, number: number) {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return [];
  const fields = line.split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [patterns, type, key] = fields;
  if (patterns === undefined || type === undefined || key === undefined) return [];
  if (marker !== undefined && marker !== '@revoked') return [];
  if (!matches(patterns, name)) return [];
  // The public key in base64, as in the file; its place is "/root/.ssh/known_hosts:3".
  return [{ type, key, revoked: marker === '@revoked', place: `${path}:${number}`, path }];
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return matchesHash(patterns, name);
  const list = patterns.split(',');
  const refused = list.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name));
  return !refused && list.some((pattern) => matchesPattern(pattern, name));
}

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}
