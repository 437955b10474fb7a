// The lock as it really is: the kernel's lock, the program that holds it, and both ways to talk with it.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { journalDirectory, lockDirectory, type Holder } from '../../src/operation/operation.ts';
import { takeLock, type ClusterLock, type LockTimes } from '../../src/operation/cluster-lock.ts';
import type { LineSession, OpenSession } from '../../src/host/line-session.ts';
import type { Host } from '../../src/host/host.ts';
import { openSessionHere, localHost } from '../../src/host/local-host.ts';
import { openSessionOverSsh } from '../../src/host/ssh-host.ts';
import type { Action, Query } from '../../src/host/command.ts';
import { appendToJournal, historyOf, parseJournal, readJournal } from '../../src/operation/journal.ts';
import { lockHolder, releaseLock } from '../../src/operation/lock-query.ts';
import { sshHostOnTestServer } from '../support/test-connection.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const ssh = await sshHostOnTestServer('control');
afterAll(() => {
  ssh.stop();
  rmSync(directory, { recursive: true });
});

/** The test's own directories in place of /run and /var/lib. */
const elsewhere = (argv: readonly string[]): readonly string[] =>
  argv.map((word) =>
    word.replace(lockDirectory, `${directory}/run`).replace(journalDirectory, `${directory}/journal`),
  );
const moved = <Command extends Action | Query<unknown>>(command: Command): Command => ({
  ...command,
  argv: elsewhere(command.argv),
});

const times: LockTimes = { beatMs: 50, trustMs: 600, patienceMs: 1000, answerMs: 300 };
const operation = (id: string) => ({
  ...{ id, title: 'add-replica pg2', command: 'dbctl add-replica pg2', by: 'alice@laptop' },
  ...{ pid: 4711, version: '0.1.0' },
});
const lineOf = (id: string) => ({ kind: 'end', id, result: 'done', exitCode: 0, changes: 0 }) as const;

const ways: readonly (readonly [string, OpenSession, Host])[] = [
  ['local', openSessionHere('root'), localHost('control', 'root')],
  ['ssh', openSessionOverSsh(ssh.connection, 'root'), ssh.host],
];

describe.each(ways)('a lock over %s', (kind, openSession, host) => {
  const talks: LineSession[] = [];
  const talk: OpenSession = async (argv) => {
    const one = await openSession(elsewhere(argv));
    talks.push(one);
    return one;
  };
  const takenBack: number[] = [];
  const cluster = (name: string): string => `${kind}-${name}`;
  const attempt = (name: string, id: string, own = times) =>
    takeLock(talk, cluster(name), operation(id), { times: own, onTakenBack: (ms) => takenBack.push(ms) });
  async function take(name: string, id: string, own = times): Promise<ClusterLock> {
    const found = await attempt(name, id, own);
    if (found.kind === 'busy') throw new Error('busy');
    return found.lock;
  }
  const holder = (name: string) => host.ask(moved(lockHolder(cluster(name))));
  const isFree = async (name: string): Promise<boolean> => (await holder(name)) === undefined;
  const journal = async (name: string) => host.ask(moved(readJournal(cluster(name))));

  test('is had by one, who says who it is; the second is told', async () => {
    expect(await isFree('two')).toBe(true);
    const lock = await take('two', 'a');
    lock.tell(`it's "Clone the primary" on pg2`);

    await expect
      .poll(() => holder('two'))
      .toMatchObject({ ...operation('a'), step: `it's "Clone the primary" on pg2` });
    expect(await attempt('two', 'b')).toMatchObject({ kind: 'busy', holder: operation('a') });
    await lock.assertHeld();
    await lock.release(lineOf('a'));
    await expect.poll(() => isFree('two')).toBe(true);
  });

  test('of one cluster does not keep another cluster from taking its own', async () => {
    const [one, other] = await Promise.all([take('north', 'a'), take('south', 'b')]);
    await Promise.all([one.release(lineOf('a')), other.release(lineOf('b'))]);
  });

  test('stays while signs of life come, longer than the host has patience', async () => {
    const lock = await take('long', 'a');
    await new Promise((resolve) => setTimeout(resolve, times.patienceMs * 1.5));
    await lock.assertHeld();
    expect(await isFree('long')).toBe(false);
    await lock.release(lineOf('a'));
  });

  test('is free when no sign of life comes, and its holder takes it back when nobody had it since', async () => {
    const lock = await take('pause-alone', 'a', { ...times, beatMs: 1_000_000 });
    await expect.poll(() => isFree('pause-alone'), { timeout: 10_000 }).toBe(true);
    takenBack.length = 0;

    await Promise.all([lock.assertHeld(), lock.assertHeld()]);

    expect(takenBack).toEqual([expect.any(Number)]);
    expect(await attempt('pause-alone', 'b')).toMatchObject({ kind: 'busy', holder: operation('a') });
    await lock.release(lineOf('a'));
    await expect
      .poll(async () => (await journal('pause-alone')).map(({ kind: what, id }) => `${what} ${id}`))
      .toEqual(['begin a', 'end a', 'begin a', 'end a']);
    expect(historyOf(await journal('pause-alone'), undefined)).toMatchObject([{ id: 'a', result: 'done' }]);
    const next = await take('pause-alone', 'c');
    expect(next.before).toBeUndefined();
    await next.release(lineOf('c'));
  });

  test('that another had since is lost for its holder, who notices before it changes anything', async () => {
    const lock = await take('asleep', 'a', { ...times, beatMs: 1_000_000 });
    lock.tell('Clone on pg2');
    await expect.poll(() => isFree('asleep'), { timeout: 10_000 }).toBe(true);

    const next = await take('asleep', 'b');
    await expect(lock.assertHeld()).rejects.toMatchObject({ name: 'LockLostError', exitCode: 6 });
    expect(next.before).toEqual({
      ...{ title: 'add-replica pg2', by: 'alice@laptop', result: 'interrupted', step: 'Clone on pg2' },
    });
    await next.release(lineOf('b'));
    await expect(lock.assertHeld()).rejects.toMatchObject({ name: 'LockLostError', exitCode: 6 });
    await expect
      .poll(async () => (await journal('asleep')).map((line) => line.kind))
      .toEqual(['begin', 'end', 'begin', 'end']);
  });

  test('is asked for after a pause, and is still ours when that is answered', async () => {
    const lock = await take('pause', 'a', {
      beatMs: 1_000_000,
      trustMs: 500,
      patienceMs: 60_000,
      answerMs: 4000,
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await Promise.all([lock.assertHeld(), lock.assertHeld()]);
    await lock.release(lineOf('a'));
  });

  test('is free at once when its holder is gone, which is written down', async () => {
    await take('gone', 'a');
    talks.at(-1)?.close();

    await expect.poll(() => isFree('gone'), { timeout: 2000, interval: 5 }).toBe(true);

    await expect
      .poll(() => journal('gone'))
      .toMatchObject([{ kind: 'begin' }, { kind: 'end', why: 'the connection ended' }]);
  });

  test('can be taken away, by its id only, and its holder notices', async () => {
    const lock = await take('away', 'a');
    await expect.poll(() => holder('away')).toMatchObject({ id: 'a' });
    const found = (await holder('away')) as Holder;

    await host.run(moved(releaseLock(cluster('away'), { ...found, id: 'another' }, 'bob@desk')));
    expect(await isFree('away')).toBe(false);
    await host.run(moved(releaseLock(cluster('away'), found, 'bob@desk')));

    expect(await isFree('away')).toBe(true);
    await expect
      .poll(() => lock.assertHeld().catch((error: unknown) => error))
      .toMatchObject({ exitCode: 6 });
    expect(await journal('away')).toMatchObject([
      { kind: 'begin' },
      { kind: 'end', result: 'released', why: 'by bob@desk' },
    ]);
  });

  test('that cannot be kept is an error that says why', async () => {
    const argv = ['sh', '-c', 'echo flock: not found >&2; exit 127'];
    await expect(takeLock(() => openSession(argv), 'x', operation('a'), { times })).rejects.toMatchObject({
      ...{ exitCode: 5, why: 'flock: not found' },
    });
  });

  test('keeps one old journal, and both are read', async () => {
    const file = `${directory}/journal/${cluster('old')}.jsonl`;
    const add = (id: string) => host.run(moved(appendToJournal(cluster('old'), lineOf(id))));
    await add('one');
    appendFileSync(file, `${'no line of ours '.repeat(70_000)}\n`);
    await add('two');
    await add('three');

    expect((await journal('old')).map(({ id }) => id)).toEqual(['one', 'two', 'three']);
    expect(parseJournal(readFileSync(file, 'utf8')).map(({ id }) => id)).toEqual(['two', 'three']);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('lines that come at the same time are all whole', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index}`.padStart(2, '0'));
    await Promise.all(lines.map((id) => host.run(moved(appendToJournal(cluster('crowd'), lineOf(id))))));
    expect((await journal('crowd')).map(({ id }) => id).toSorted()).toEqual(lines);
  });
});
