// What the user's ~/.ssh/config says about a host, asked from OpenSSH itself (`ssh -G`): Include, Match, patterns and
// defaults mean there exactly what they mean for `ssh`. Without an ssh program its defaults are used.

import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { ConfigError } from '../model/errors.ts';
import type { SshSettings } from '../model/cluster.ts';
import { quote } from './quote.ts';

/** Everything needed to log in on one host. */
export type Route = ReturnType<typeof parseRoute>;

export interface SshConfigOptions {
  /** Used instead of the user's own and the system's: `ssh -F`. */
  readonly configFile?: string | undefined;
  /** The user's home directory. */
  readonly home: string;
}

/** The route to a host; what .env.cluster sets wins over ~/.ssh/config. Throws ConfigError for what cannot be done. */
export async function resolveRoute(
  host: string,
  settings: SshSettings,
  options: SshConfigOptions,
): Promise<Route> {
  checkHostName(host);
  const argv = [
    ...(options.configFile === undefined ? [] : ['-F', options.configFile]),
    ...(settings.user === undefined ? [] : ['-l', settings.user]),
    ...(settings.port === undefined ? [] : ['-p', String(settings.port)]),
  ];
  const { code, stdout, stderr } = await askSsh(['-G', ...argv, '--', host]);
  if (code === 'ENOENT') return parseRoute('', host, settings, options.home);
  if (code === 0) return parseRoute(stdout, host, settings, options.home);
  throw new ConfigError({
    what: `ssh cannot read its configuration for ${host}`,
    why: stderr.trim(),
    next: [`see it by hand: ssh -G ${host}`],
  });
}

/** Every run asks this, and importing execa takes longer than everything else before the first login. */
const askSsh = (argv: readonly string[]) =>
  new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
    // The exit code, or the system's word for why it did not start.
    const child = execFile('ssh', argv, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });

/** Reads the answer of `ssh -G`: one "name value" per line, names in lower case, identityfile repeated. */
export function parseRoute(answer: string, host: string, settings: SshSettings, home: string) {
  const lines = answer.split('\n').map((line) => split(line));
  const all = (name: string): readonly string[] =>
    lines.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name: string): string | undefined => all(name).find((value) => value !== 'none');

  if (one('proxycommand') !== undefined) throw proxyCommandError(host);
  const user = settings.user ?? one('user') ?? userInfo().username;
  const hostname = one('hostname') ?? host;
  const expand = (path: string): string => expandPath(path, { home, host: hostname, user });
  const files = (name: string, otherwise: string): readonly string[] =>
    (one(name) ?? otherwise).split(' ').map((path) => expand(path));
  const identities = all('identityfile');
  const own = files('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2');
  const everybodys = files('globalknownhostsfile', '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2');
  const knownHosts =
    settings.knownHostsFile === undefined ? [...own, ...everybodys] : [settings.knownHostsFile];

  return {
    host: hostname,
    port: settings.port ?? Number(one('port') ?? 22),
    user,
    /** The name that known_hosts holds instead of host and port. */
    hostKeyAlias: one('hostkeyalias'),
    identityFiles: (identities.length > 0 ? identities : defaultIdentities).map((path) => expand(path)),
    /** `none`: the user does not want the agent here; a path: this agent; undefined: the one of the session. */
    agent: agentOf(all('identityagent')[0], expand),
    knownHostsFiles: knownHosts,
    /** Where a newly accepted host key is written. */
    ownKnownHostsFile: knownHosts[0] ?? expand('~/.ssh/known_hosts'),
    /** Whether the user wants no other keys of the agent than the identity files. */
    identitiesOnly: one('identitiesonly') === 'yes',
    /** What a person types to try the same login. */
    byHand: loginByHand(host, user, settings),
    /** Hosts to go through, in order: "user@host:port". */
    jumps: one('proxyjump')?.split(',') ?? [],
  };
}

const loginByHand = (host: string, user: string, { port, keyFile, knownHostsFile }: SshSettings): string =>
  quote([
    'ssh',
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(keyFile === undefined ? [] : ['-i', keyFile, '-o', 'IdentitiesOnly=yes']),
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHostsFile}`]),
    `${user}@${host}`,
  ]);

const defaultIdentities = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'];

/** Refuses what could be an option or more than one word for ssh, before any program sees it. */
export function checkHostName(host: string): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) || /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(host))
    return;
  throw new ConfigError({
    what: `not a host name or address: ${JSON.stringify(host)}`,
    why: 'a host name has letters, digits, dots, dashes and underscores, and starts and ends with a letter or digit',
  });
}

function agentOf(value: string | undefined, expand: (path: string) => string): string | undefined {
  if (value === undefined || value === 'SSH_AUTH_SOCK' || value.startsWith('$')) return undefined;
  return value === 'none' ? value : expand(value);
}

function expandPath(path: string, { home, host, user }: Record<'home' | 'host' | 'user', string>): string {
  const tokens: Record<string, string> = { '%': '%', d: home, h: host, r: user, u: userInfo().username };
  return path
    .replaceAll(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
    .replace(/^~(?=\/|$)/, home);
}

function split(line: string): readonly [string, string] {
  const space = line.indexOf(' ');
  return space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}

const proxyCommandError = (host: string): ConfigError =>
  new ConfigError({
    what: `~/.ssh/config reaches ${host} with ProxyCommand, which dbctl does not run`,
    next: [`use ProxyJump for ${host} in ~/.ssh/config`],
  });
