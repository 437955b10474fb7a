// One command on one host, from what is asked to how it ended. ssh-host.ts and local-host.ts each have a way to do it.

import type { Readable } from 'node:stream';

/** What a command reads: all at once, or piece by piece as it asks for more. */
export type Input = string | Readable;

/** A command ready to be run: nothing in it is secret but `stdin`. */
export interface Execution {
  readonly argv: readonly string[];
  /** root without it. */
  readonly asUser?: string | undefined;
  readonly stdin: Input;
  /** Counted from the start, or from the last piece of a stream that was taken. */
  readonly timeoutMs: number;
}

export type Outcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'printed too much' }
  /** The host closed the channel without saying how the command ended. */
  | { readonly kind: 'unknown' };

export interface Ending {
  readonly outcome: Outcome;
  readonly stdout: string;
  readonly stderr: string;
}

/** Rejects with UnreachableError when the connection is gone; every other end is an Ending. */
export type Execute = (execution: Execution) => Promise<Ending>;

/** Bytes of stdout and stderr together that one command may say. A host that never stops talking is cut off here. */
export const outputLimit = 16 * 1024 * 1024;

/** How long a command may take unless it says otherwise; long work goes into a unit of its own (long-work.ts). */
export const defaultTimeoutMs = 600_000;

/** The account that commands start from: root itself, or one that may use sudo without a password. */
export type Login = 'root' | 'sudoer';

/** What a command keeps of the environment that it is started in: apt's way out, and who logged in. */
const kept = ['http_proxy', 'https_proxy', 'no_proxy', 'SSH_CLIENT', 'SUDO_USER'];

/**
 * Shell: runs its words with an environment that is the same on every host. PGUSER, TAR_OPTIONS or TZ of /etc/environment,
 * sshd, sudo or a start-up file change nothing, and a umask of theirs hides no file from the account that needs it.
 */
const cleanly = [
  'umask 022; exec /usr/bin/env -i LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ...kept.map((name) => `\${${name}+${name}="$${name}"}`),
  '"$@"',
].join(' ');

/**
 * The argv that runs as root, or as `asUser`, from this login. sudo has to allow one thing only, to become root; another
 * account is become from there.
 */
export const privileged = (
  argv: readonly string[],
  asUser: string | undefined,
  login: Login,
): readonly string[] => [
  ...(login === 'sudoer' ? ['/usr/bin/sudo', '-n', '-u', 'root', '--'] : []),
  ...['/bin/sh', '-c', cleanly, 'sh'],
  ...become(asUser, argv),
];

/** Keeps what both streams say, up to the limit, and answers how to read it at the end. `onFlood` is called once. */
export function keepOutput(
  streams: { readonly stdout: Readable; readonly stderr: Readable },
  onFlood: () => void,
): () => Pick<Ending, 'stdout' | 'stderr'> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;

  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= outputLimit) into.push(chunk);
    else if (before <= outputLimit) onFlood();
  };
  streams.stdout.on('data', keep(stdout));
  streams.stderr.on('data', keep(stderr));
  // Bytes that are no UTF-8 become U+FFFD.
  return () => ({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
}

/** Calls `giveUp` after `timeoutMs`, unless stopped. A stream that still moves starts the time anew: a slow link is no fault. */
export function limitTime(stdin: Input, timeoutMs: number, giveUp: () => void): { stop(): void } {
  const timer = setTimeout(giveUp, timeoutMs);
  if (typeof stdin !== 'string') stdin.on('data', () => timer.refresh());
  return { stop: () => clearTimeout(timer) };
}

/** The group of an account, where it has another name than the account. */
const groups: Readonly<Record<string, string>> = { nobody: 'nogroup' };

/**
 * What root runs to run a command as an account. setpriv takes the account's place by itself: no PAM session as
 * runuser has, which takes five times as long and leaves two lines in the journal for every command.
 */
export const become = (account = 'root', argv: readonly string[]): readonly string[] =>
  account === 'root'
    ? argv
    : [
        'setpriv',
        `--reuid=${account}`,
        `--regid=${groups[account] ?? account}`,
        '--init-groups',
        '--',
        ...argv,
      ];
