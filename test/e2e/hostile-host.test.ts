// A host that answers nonsense: it is left in good time and with little memory, it is named, and nothing of what it said
// steers the terminal. The hosts are SSH servers of this process, which run no command.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import { afterAll, describe, expect, test } from 'vitest';
import { runDbctl, type Finished } from '../support/e2e.ts';
import { newKey, startSshServer } from '../support/ssh-server.ts';

type Answer = (channel: ServerChannel) => void;

const directory = mkdtempSync(join(tmpdir(), 'dbctl-nonsense-'));
const mine = newKey();
writeFileSync(join(directory, 'key'), mine.private, { mode: 0o600 });
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const escapes = '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u009b31m\u202egnp\u0000\r\u0008\u001b[0m\n';
const ends = (code: number, stdout: string | Buffer, stderr: string | Buffer = ''): Answer => {
  return (channel) => {
    channel.stderr.write(stderr);
    channel.write(stdout);
    channel.exit(code);
    channel.end();
  };
};

/** Talks as fast as it is listened to, until it is hung up on. */
const endless =
  (streamOf: (channel: ServerChannel) => NodeJS.WritableStream): Answer =>
  (channel) => {
    const stream = streamOf(channel);
    const chunk = Buffer.alloc(32_768, 'y');
    const talk = (): void => {
      if (!stream.writable) return;
      if (stream.write(chunk)) setImmediate(talk);
      else stream.once('drain', talk);
    };
    talk();
  };

const nonsense: Readonly<Record<string, Answer>> = {
  'talks without end': endless((channel) => channel),
  'complains without end': endless((channel) => channel.stderr),
  'steers the terminal': ends(0, escapes.repeat(40), escapes),
  'steers the terminal and fails': ends(1, escapes, escapes.repeat(40)),
  'says what is no UTF-8': ends(0, Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x0a])),
  'fails with what is no UTF-8': ends(1, '', Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])),
  'greets before every answer': ends(0, 'Welcome to Debian!\nYou have new mail.\n'),
  'speaks German': ends(2, '', 'ls: Zugriff nicht möglich: Datei oder Verzeichnis nicht gefunden\n'),
  'says nothing at all': ends(0, ''),
  'answers with JSON of another shape': ends(0, '{"__proto__":{"polluted":1},"nodes":[null]}\n'),
  'answers with JSON without end': ends(0, `${'['.repeat(1_000_000)}\n`),
  'forgets the exit status': (channel) => {
    channel.write('ok\n');
    channel.end();
  },
  'names a signal': (channel) => {
    channel.exit('KILL', false, escapes);
    channel.end();
  },
};

/** What the first question of a login expects, from a host where everybody is root. */
const isLoginCheck = (command: string): boolean => command.includes('echo sudoer');
const asRoot = (command: string): Answer => {
  const awkward = /a'\\''b.*\tend/s.exec(command)?.[0].replaceAll(`'\\''`, `'`) ?? '';
  return ends(0, `${awkward}|root\n`);
};

interface Attempt extends Finished {
  readonly seconds: number;
  /** The most memory that dbctl held, bytes. */
  readonly peakBytes: number;
}

async function runAgainst(
  answer: (command: string) => Answer,
  args: readonly string[],
  banner?: string,
): Promise<Attempt> {
  const server = await startSshServer({ authorizedKeys: [mine.public], answer, ...(banner && { banner }) });
  const place = mkdtempSync(join(directory, 'run-'));
  writeFileSync(join(place, 'known_hosts'), `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  writeFileSync(join(place, '.env.cluster'), settings(server.port), { mode: 0o600 });
  const startedAt = Date.now();
  const running = runDbctl(place, args);
  let peakBytes = 0;
  const timer = setInterval(() => (peakBytes = peakOf(running.process.pid!) ?? peakBytes), 50);
  const finished = await running.end;
  clearInterval(timer);
  server.stop();
  return { ...finished, seconds: (Date.now() - startedAt) / 1000, peakBytes };
}

function peakOf(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

const settings = (port: number): string =>
  [
    'CLUSTER_NAME=nonsense',
    'CLUSTER_CONTROL_HOST=pg1=127.0.0.1',
    'CLUSTER_DB_PRIMARY_HOST=pg1=127.0.0.1',
    'CLUSTER_SSH_USER=ann',
    `CLUSTER_SSH_PORT=${port}`,
    `CLUSTER_SSH_KEY=${join(directory, 'key')}`,
    'CLUSTER_SSH_KNOWN_HOSTS=known_hosts',
    'POSTGRES_DB=app',
    ...['POSTGRES', 'POSTGRES_APP', 'POSTGRES_READONLY', 'POSTGRES_REPLICATION'].flatMap((prefix) => [
      `${prefix}_USER=${prefix.toLowerCase()}_role`,
      `${prefix}_PASSWORD=a long password of ${prefix}`,
    ]),
    '',
  ].join('\n');

function expectCalm({ stdout, stderr, seconds, peakBytes }: Attempt): void {
  const said = stdout + stderr;
  expect(said).not.toMatch(/(?!\n)\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
  expect(said).not.toMatch(/^bug |^ {4,}at |owned/m);
  expect(said.length).toBeLessThan(2_000_000);
  expect(seconds).toBeLessThan(60);
  expect(peakBytes).toBeLessThan(600e6);
}

const kinds = Object.entries(nonsense);
// A run of dbctl each: of those that differ in what reads them.
const some = kinds.filter(([kind]) => /without end$|^steers the terminal$|^greets|another shape/.test(kind));
const afterLogin =
  (answer: Answer) =>
  (command: string): Answer =>
    isLoginCheck(command) ? asRoot(command) : answer;

describe('a host that', () => {
  test.concurrent.each(some)('%s is not logged in on', async (_kind, answer) => {
    const attempt = await runAgainst(() => answer, ['status']);

    expectCalm(attempt);
    expect(attempt.stdout + attempt.stderr).toContain('127.0.0.1');
  });

  test.concurrent.each(kinds)('%s after the login becomes no primary', async (_kind, answer) => {
    const attempt = await runAgainst(afterLogin(answer), ['init-primary']);

    expectCalm(attempt);
    expect([4, 5, 6], attempt.stderr).toContain(attempt.exitCode);
    expect(attempt.stderr).toMatch(/pg1|the control host/);
  });

  test.concurrent.each(some)('%s after the login is looked at without harm', async (_kind, answer) => {
    for (const line of ['status', 'logs pg1', 'certs status']) {
      expectCalm(await runAgainst(afterLogin(answer), line.split(' ')));
    }
  });
});

test('a banner before the login is not shown', async () => {
  const attempt = await runAgainst(() => ends(1, ''), ['status'], escapes.repeat(10));

  expectCalm(attempt);
});
