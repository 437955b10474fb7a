// What only hosts that really run commands can get wrong: the same tests on this machine and over SSH.

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host/local-host.ts';
import { Secret } from '../../src/model/secret.ts';
import { action, query } from '../../src/host/command.ts';
import { me } from '../support/host-contract.ts';
import { sshHostOnTestServer } from '../support/test-connection.ts';

const ssh = await sshHostOnTestServer('pg1');
const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
afterAll(() => {
  ssh.stop();
  rmSync(directory, { recursive: true });
});

const shell = (script: string, options = {}) => action(['sh', '-c', script], options);
const text = (stdout: string): string => stdout;

describe.each([
  ['local', localHost('pg1', 'root')],
  ['ssh', ssh.host],
])('the %s host', (kind, host) => {
  const path = join(directory, kind, 'deep', 'file.conf');

  test('a failing command says what, why and what next', async () => {
    await expect(host.run(shell('echo nope >&2; exit 3'))).rejects.toMatchObject({
      message: 'a command failed on pg1: it ended with exit code 3',
      why: `sh -c 'echo nope >&2; exit 3'\nnope`,
      exitCode: 5,
    });
  });

  test('only the last 20 lines of stderr are shown', async () => {
    const failure = await host.run(shell('seq 1 100 >&2; exit 1')).catch((error: unknown) => error);
    expect((failure as { why: string }).why.split('\n').slice(1)).toEqual(
      Array.from({ length: 20 }, (_, index) => String(81 + index)),
    );
  });

  test('escape sequences of a host do not reach the terminal', async () => {
    const hostile = shell(String.raw`printf '\033]0;owned\007\033[31mred\033[0m\r\n' >&2; exit 1`);
    await expect(host.run(hostile)).rejects.toMatchObject({ why: expect.stringMatching(/\nred$/) });
  });

  test('a secret is in no error', async () => {
    const failure = await host
      .run(shell('exit 1', { stdin: new Secret('hunter2') }))
      .catch((error: unknown) => error);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('hunter2');
  });

  test('a program that does not exist is a failed command', async () => {
    await expect(host.run(action(['no-such-program']))).rejects.toMatchObject({ exitCode: 5 });
  });

  test('a command killed by a signal is a failed command', async () => {
    await expect(host.run(shell('kill -KILL $$'))).rejects.toThrow('was killed by SIGKILL');
  });

  test('a command that does not end in time is given up', async () => {
    const started = performance.now();
    await expect(host.run(action(['sleep', '30'], { timeoutMs: 200 }))).rejects.toThrow(
      'did not end within 0.2 s',
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('a host that never stops talking is cut off', async () => {
    await expect(host.ask(query(['cat', '/dev/zero'], text))).rejects.toThrow('printed more than 16 MiB');
  });

  test('a large answer arrives whole', async () => {
    const answer = await host.ask(query(['head', '-c', '5000000', '/dev/zero'], text));
    expect(answer).toHaveLength(5_000_000);
  });

  test('bytes that are no UTF-8 do not end the conversation', async () => {
    expect(await host.ask(query(['printf', String.raw`a\377b`], text))).toBe('a\uFFFDb');
  });

  test('a command that does not read its input ends as it ends', async () => {
    await host.run(action(['true'], { stdin: 'x'.repeat(1_000_000) }));
  });

  test('commands start in / with a known PATH and locale', async () => {
    const answer = await host.ask(query(['sh', '-c', 'pwd; echo "$LC_ALL"; echo "$PATH"'], text));
    expect(answer).toBe('/\nC\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n');
  });

  test.skipIf(!me.isRoot)('a command runs as the account it asks for', async () => {
    const answer = await host.ask(
      query(['sh', '-c', 'id -un; echo "${HOME-no home}"'], text, { asUser: 'daemon' }),
    );
    expect(answer).toBe('daemon\nno home\n');
  });

  test('thirty commands at once all answer', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => String(index));
    const answers = await Promise.all(numbers.map((number) => host.ask(query(['echo', number], text))));
    expect(answers).toEqual(numbers.map((number) => `${number}\n`));
  });

  test('a file is replaced, not rewritten, and nothing is left beside it', async () => {
    await host.writeFile(path, 'old', { owner: me.owner, mode: 0o600 });
    const before = statSync(path).ino;
    await host.writeFile(path, 'new', { owner: me.owner, mode: 0o600 });
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(join(path, '..'))).toEqual(['file.conf']);
  });

  test('a file that cannot be put in place leaves nothing behind', async () => {
    const taken = join(directory, `${kind}-taken`);
    await host.writeFile(join(taken, 'child'), '', { owner: me.owner, mode: 0o600 });
    await expect(host.writeFile(taken, 'x', { owner: me.owner, mode: 0o600 })).rejects.toThrow(
      `cannot write ${taken}`,
    );
    expect(readdirSync(directory).filter((name) => name.includes('.dbctl-'))).toEqual([]);
  });

  test('a symbolic link is replaced, and what it points to is left alone', async () => {
    const [link, target] = [join(directory, `${kind}-link`), join(directory, `${kind}-target`)];
    writeFileSync(target, 'precious');
    symlinkSync(target, link);
    await host.writeFile(link, 'new', { owner: me.owner, mode: 0o600 });
    expect(await host.readFile(target)).toMatchObject({ content: 'precious' });
    expect(await host.readFile(link)).toMatchObject({ content: 'new' });
  });

  test('a directory is not a file', async () => {
    await expect(host.readFile(directory)).rejects.toThrow(`cannot read ${directory}`);
  });

  test.each(['relative', '/ends/with/', '/two\nlines'])('the path %j is refused', async (bad) => {
    await expect(host.writeFile(bad, '', { owner: me.owner, mode: 0o600 })).rejects.toThrow(
      'not an absolute path',
    );
    expect(existsSync(bad)).toBe(false);
  });
});

describe('the ssh host', () => {
  test('a secret is in no line that the host was given', async () => {
    await ssh.host.writeFile(join(directory, 'pw'), new Secret('hunter2'), { owner: me.owner, mode: 0o600 });
    expect(ssh.server.seen.commands.filter((line) => line.includes('hunter2'))).toEqual([]);
  });

  test('no more than eight channels are open at once', () => {
    expect(ssh.server.seen.mostChannels).toBeGreaterThan(1);
    expect(ssh.server.seen.mostChannels).toBeLessThanOrEqual(8);
  });

  test('a missing exit status is a failure', async () => {
    ssh.server.misbehave.set('forget-me', 'no exit status');
    await expect(ssh.host.run(action(['echo', 'forget-me']))).rejects.toThrow('ended without an exit status');
  });

  test('an end that comes in the same packet as the acceptance is not missed', async () => {
    ssh.server.misbehave.set('at-once', 'answer at once');
    const rounds = Array.from({ length: 20 }, () => ssh.host.ask(query(['at-once'], text)));
    expect(new Set(await Promise.all(rounds))).toEqual(new Set(['quick\n']));
  });

  test('when the connection is lost, everything that waits is told, and everything later', async () => {
    const lost = await sshHostOnTestServer('pg2');
    const waiting = Array.from({ length: 10 }, () => lost.host.run(action(['sleep', '30'])));
    setTimeout(() => lost.server.hangUp(), 100);

    const ends = await Promise.allSettled([...waiting, ...waiting.slice(0, 1)]);

    const message = 'the connection to pg2 was lost';
    for (const end of ends) expect(end).toMatchObject({ reason: { message, exitCode: 3 } });
    await expect(lost.host.run(action(['true']))).rejects.toThrow(message);
    lost.stop();
  });
});
