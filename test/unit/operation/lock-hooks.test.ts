import { beforeEach, expect, test } from 'vitest';
import {
  CommandError,
  InterruptedError,
  LockLostError,
  RefusedError,
  UnconfirmedError,
} from '../../../src/model/errors.ts';
import { lockHooks } from '../../../src/operation/lock-hooks.ts';
import type { OpenSession } from '../../../src/host/line-session.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const testCluster = clusterOf({});

const operation = {
  ...{ id: 'x1', title: 'add-replica pg2', command: 'dbctl add-replica pg2', by: 'alice@laptop' },
  ...{ pid: 1, version: '0.1.0' },
};
const holder = {
  ...{ since: 100, from: '10.0.0.5', step: 'Clone the primary on pg2', id: 'x0', title: 'reinit pg3' },
  ...{ command: 'dbctl reinit pg3 --yes', by: 'bob@desk', pid: 4711, version: '0.1.0' },
};
const busy = `busy 220.5 ${JSON.stringify(holder)}`;

let notes: string[] = [];
let said: string[] = [];
beforeEach(() => {
  notes = [];
  said = [];
});

/** A control host on which the program that holds the lock says these lines; each attempt its own. */
function control(...attempts: readonly (readonly string[])[]): OpenSession {
  const left = [...attempts];
  return async () => {
    const lines = [...(left.length > 1 ? left.shift()! : left[0]!)];
    let wake: ((line: string | undefined) => void) | undefined;
    return {
      send(line) {
        said.push(line);
        if (line.startsWith('end ')) wake?.('ended');
      },
      receive: async () => lines.shift() ?? new Promise((resolve) => (wake = resolve)),
      close: () => wake?.(undefined),
      stderrTail: () => '',
    };
  };
}

const hooks = (waitMs = 0) =>
  lockHooks(testCluster, operation, { waitMs, onNote: (note) => void notes.push(note) });

const lastEnd = () => JSON.parse(`{${said.at(-1)!.slice('end '.length)}`) as object;

test('the lock is taken, held and released, with how the operation ended', async () => {
  const mine = hooks();
  await mine.onControlConnected(control(['held']));
  await mine.assertAllowed();
  await mine.onEnd();

  expect(said[0]).toBe(JSON.stringify(operation).slice(1));
  expect(lastEnd()).toEqual({ kind: 'end', id: 'x1', result: 'done', exitCode: 0, changes: 0 });
  expect(notes).toEqual([]);
});

test('a lock that was not taken is not released', async () => {
  await hooks().onEnd(new Error('another host is down'));
  expect(said).toEqual([]);
});

test.each([
  [new InterruptedError({ what: 'x' }), 'interrupted', 130],
  [new LockLostError({ what: 'x' }), 'lock lost', 6],
  [new RefusedError({ what: 'x' }), 'refused', 4],
  [new UnconfirmedError({ what: 'x' }), 'refused', 8],
  [new CommandError({ what: 'x' }), 'failed', 5],
  [new Error('a bug'), 'failed', 1],
  [new AggregateError([new CommandError({ what: 'x' }), new Error('y')]), 'failed', 5],
])('%o is written down as "%s"', async (error, result, exitCode) => {
  const mine = hooks();
  await mine.onControlConnected(control(['held']));
  await mine.onEnd(error);
  expect(lastEnd()).toMatchObject({ result, exitCode });
});

test('who comes second is told everything about the first', async () => {
  await expect(hooks().onControlConnected(control([busy]))).rejects.toMatchObject({
    ...{ name: 'LockedError', exitCode: 7 },
    message: `${testCluster.name} is being changed by bob@desk: reinit pg3, for 2 min`,
    why: [
      'Two operations at once could undo each other, so nothing was changed.',
      'who: bob@desk',
      'from: 10.0.0.5',
      'operation: reinit pg3',
      'command: dbctl reinit pg3 --yes',
      'doing: Clone the primary on pg2',
      'since: 2 min ago',
      'process: 4711 on desk, dbctl 0.1.0',
    ].join('\n'),
    next: expect.arrayContaining([expect.stringContaining('--lock-wait')]),
  });
});

test('a holder that says nothing of itself is still a holder', async () => {
  await expect(hooks().onControlConnected(control(['busy 12.5 ']))).rejects.toMatchObject({
    message: expect.stringContaining('another operation'),
  });
});

test('who waits says for whom, and goes on when it is free', async () => {
  const mine = hooks(60_000);
  await mine.onControlConnected(control([busy], ['held']));
  await mine.onEnd();
  expect(notes).toEqual(['waits for bob@desk: reinit pg3, for 2 min']);
});

test('who waited in vain says how long', async () => {
  await expect(hooks(900).onControlConnected(control([busy]))).rejects.toThrow(
    'for 2 min, after a wait of 0.9 s',
  );
});

const begun = JSON.stringify({ at: 1, kind: 'begin', from: 'local', ...operation, id: 'x0' });
const ended = { at: 2, kind: 'end', id: 'x0' };

test.each([
  ['is not there', [], 'the last operation, add-replica pg2 by alice@laptop, was interrupted'],
  [
    'was seen by the host',
    [JSON.stringify({ ...ended, result: 'interrupted', step: 'Clone on pg2' })],
    'the last operation, add-replica pg2 by alice@laptop, was interrupted during "Clone on pg2"',
  ],
  [
    'was a lost lock',
    [JSON.stringify({ ...ended, result: 'lock lost' })],
    'the last operation, add-replica pg2 by alice@laptop, lost its lock',
  ],
])('what was left unfinished is said: its end %s', async (_, lines, wanted) => {
  const mine = hooks();
  await mine.onControlConnected(control([begun, ...lines, 'held']));
  await mine.onEnd();
  expect(notes).toEqual([`${wanted}; this run continues from the present state`]);
});

test.each(['done', 'refused', 'failed'])(
  'of an operation that ended as "%s" nothing is said',
  async (result) => {
    const mine = hooks();
    await mine.onControlConnected(control([begun, JSON.stringify({ ...ended, result }), 'held']));
    await mine.onEnd();
    expect(notes).toEqual([]);
  },
);

test.each([
  ['somebody took it away', 'passed', false],
  ['nobody has it', 'held', true],
] as const)('a lock that the host has ended, when %s', async (_, answer, isOurs) => {
  const mine = hooks();
  let end: (() => void) | undefined;
  const talk: OpenSession = async (argv) => {
    const one = await control([end === undefined ? 'held' : answer])(argv);
    end ??= () => one.close();
    return one;
  };
  await mine.onControlConnected(talk);
  end?.();
  if (isOurs) {
    await expect.poll(() => mine.assertAllowed().then(() => notes.join())).toContain('it was taken back');
    return mine.onEnd();
  }
  await expect
    .poll(() => mine.assertAllowed().catch((error: unknown) => error))
    .toMatchObject({
      ...{ name: 'LockLostError', exitCode: 6 },
      why: expect.stringContaining('released by another operator'),
    });
});
