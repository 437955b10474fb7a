// What we can show a host to be let in, in the order in which it is tried.

import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod } from 'ssh2';
import type { SshSettings } from '../model/cluster.ts';
import type { Route } from './ssh-config.ts';

export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** What was found, for the error of a refused login: "the key /root/.ssh/id_ed25519". */
  readonly tried: readonly string[];
  /** Keys that cannot be used, and why. */
  readonly skipped: readonly string[];
}

/**
 * The key of .env.cluster and nothing else when it names one; otherwise the agent, then the key files that exist.
 * An encrypted key is used through the agent. Each is tried once: a server that counts failures is not provoked.
 */
export async function findCredentials(
  route: Route,
  settings: SshSettings,
  agentSocket: string | undefined,
): Promise<Credentials> {
  const explicit = settings.keyFile;
  const paths = explicit === undefined ? [...new Set(route.identityFiles)] : [explicit];
  const keys = await Promise.all(paths.map(async (path) => ({ path, key: await readPrivateKey(path) })));
  const agent = route.agent === 'none' ? undefined : (route.agent ?? agentSocket);
  const usesAgent = agent !== undefined && (explicit === undefined || keys[0]?.key.kind === 'encrypted');

  const methods: AnyAuthMethod[] = usesAgent ? [{ type: 'agent', username: route.user, agent }] : [];
  const tried = usesAgent ? [`the keys of the agent ${agent}`] : [];
  const skipped: string[] = [];
  for (const { path, key } of keys) {
    if (key.kind === 'usable') {
      methods.push({ type: 'publickey', username: route.user, key: key.text });
      tried.push(`the key ${path}`);
    } else if (key.kind === 'encrypted') {
      if (!usesAgent) skipped.push(`${path} is encrypted, and there is no agent: run ssh-add ${path}`);
    } else if (key.kind === 'unusable') {
      skipped.push(`${path} cannot be used: ${key.reason}`);
    } else if (path === explicit) {
      skipped.push(`${path} does not exist`);
    }
  }
  return { methods, tried, skipped };
}

export type PrivateKey =
  | { readonly kind: 'usable'; readonly text: Buffer }
  | { readonly kind: 'missing' | 'encrypted' }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Reads a private key file; an encrypted one is left to the agent, because dbctl asks for no passphrase. */
async function readPrivateKey(path: string): Promise<PrivateKey> {
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
