// The keys that a login is tried with, in the order in which they are offered.

import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import { ConfigError } from '../model/errors.ts';
import type { SshSettings } from '../model/cluster.ts';
import { openAgent } from './agent-keys.ts';
import type { Route } from './ssh-config.ts';

export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** What is offered, for the error of a refused login: "the key /root/.ssh/id_ed25519". */
  readonly tried: readonly string[];
  /** Keys that cannot be used, and why. */
  readonly skipped: readonly string[];
}

/**
 * The key of .env.cluster and nothing else when it names one. Otherwise the identity files, from the agent where it has
 * them, then what else the agent has: sshd hangs up after six keys that it does not know, and an agent may have twenty.
 * An encrypted key is used through the agent. Each is tried once. Throws ConfigError for a named key that is no key.
 */
export async function findCredentials(
  route: Route,
  settings: SshSettings,
  agentSocket: string | undefined,
): Promise<Credentials> {
  const explicit = settings.keyFile;
  const paths = explicit === undefined ? [...new Set(route.identityFiles)] : [explicit];
  const files = await Promise.all(paths.map(async (path) => ({ path, key: await readPrivateKey(path) })));
  if (explicit !== undefined) refuseNoKey(explicit, files[0]!.key);
  const socket = route.agent === 'none' ? undefined : (route.agent ?? agentSocket);
  const usesAgent = socket !== undefined && (explicit === undefined || files[0]!.key.kind === 'encrypted');
  const agent = usesAgent ? await openAgent(socket) : undefined;

  const methods: AnyAuthMethod[] = [];
  const tried: string[] = [];
  const skipped: string[] =
    agent?.problem === undefined ? [] : [`the agent cannot be used: ${agent.problem}`];
  const offered: ParsedKey[] = [];
  const { user: username } = route;
  for (const { path, key } of files) {
    const held = agent?.keys.find((one) => key.public?.equals(one));
    if (agent && held) {
      methods.push({ type: 'agent', username, agent: agent.offering([held]) });
      tried.push(`the key ${path} of the agent ${socket}`);
      offered.push(held);
    } else if (key.kind === 'usable') {
      methods.push({ type: 'publickey', username, key: key.text });
      tried.push(`the key ${path}`);
    } else if (key.kind === 'encrypted' && (agent === undefined || key.public)) {
      const without = agent === undefined ? 'there is no agent' : 'the agent does not have it';
      skipped.push(`${path} is encrypted, and ${without}: run ssh-add ${path}`);
    } else if (key.kind === 'unusable') {
      skipped.push(`${path} cannot be used: ${key.reason}`);
    }
  }
  const others = agent?.keys.filter((key) => !offered.includes(key)) ?? [];
  const isAsked = explicit === undefined ? !route.identitiesOnly : files[0]!.key.public === undefined;
  if (agent && others.length > 0 && isAsked) {
    methods.push({ type: 'agent', username, agent: agent.offering(others) });
    tried.push(`${others.length} ${offered.length > 0 ? 'other ' : ''}keys of the agent ${socket}`);
  }
  return { methods, tried, skipped };
}

function refuseNoKey(path: string, key: PrivateKey): void {
  if (key.kind !== 'missing' && key.kind !== 'unusable') return;
  const why = 'reason' in key ? `cannot be used: ${key.reason}` : 'does not exist';
  throw new ConfigError({
    what: `the key file ${path} ${why}`,
    next: ['name the private key that the hosts know: CLUSTER_SSH_KEY in .env.cluster'],
  });
}

export type PrivateKey =
  | { readonly kind: 'usable'; readonly text: Buffer; readonly public: ParsedKey | undefined }
  | { readonly kind: 'missing' | 'encrypted'; readonly public: ParsedKey | undefined }
  | { readonly kind: 'unusable'; readonly reason: string; readonly public?: undefined };

/** Reads a private key file; an encrypted one is left to the agent, because dbctl asks for no passphrase. */
async function readPrivateKey(path: string): Promise<PrivateKey> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) {
    // OpenSSH too takes a key that only the agent has by its public half.
    if (text.code === 'ENOENT') return { kind: 'missing', public: await readPublicKey(path) };
    return { kind: 'unusable', reason: text.message };
  }
  if (isEncrypted(text.toString('latin1'))) return { kind: 'encrypted', public: await readPublicKey(path) };
  const parsed = parseKey(text);
  if (parsed instanceof Error) return { kind: 'unusable', reason: parsed.message };
  if (parsed.isPrivateKey()) return { kind: 'usable', text, public: parsed };
  return { kind: 'unusable', reason: `it is a public key; the private one is ${path.replace(/\.pub$/, '')}` };
}

async function readPublicKey(path: string): Promise<ParsedKey | undefined> {
  const text = await readFile(`${path}.pub`).catch(() => undefined);
  const parsed = text && parseKey(text);
  return parsed instanceof Error ? undefined : parsed;
}

/** ssh2 says that it answers one key, and answers several for a file that holds several. */
function parseKey(text: Buffer): ParsedKey | Error {
  const parsed: unknown = ssh2.utils.parseKey(text);
  return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
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
