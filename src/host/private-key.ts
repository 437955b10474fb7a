import { readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';

export type PrivateKey =
  | { readonly kind: 'usable'; readonly text: Buffer }
  | { readonly kind: 'missing' | 'encrypted' }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Reads a private key file; an encrypted one is left to the agent, because dbctl asks for no passphrase. */
export async function readPrivateKey(path: string): Promise<PrivateKey> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) {
    return text.code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unusable', reason: text.message };
  }
  if (isEncrypted(text.toString('latin1'))) return { kind: 'encrypted' };
  const parsed = ssh2.utils.parseKey(text);
  return parsed instanceof Error ? { kind: 'unusable', reason: parsed.message } : { kind: 'usable', text };
}

const openSshMagic = 'openssh-key-v1\0';

/** PEM says it in its header; OpenSSH's own format names the cipher after its magic (PROTOCOL.key). */
function isEncrypted(text: string): boolean {
  if (text.includes('BEGIN ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(text)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text)?.[1];
  const data = Buffer.from(body ?? '', 'base64');
  if (!data.toString('latin1').startsWith(openSshMagic)) return false;
  const length = data.readUInt32BE(openSshMagic.length);
  const start = openSshMagic.length + 4;
  return data.toString('latin1', start, start + length) !== 'none';
}
