import { expect, test } from 'vitest';
import { CommandError, InterruptedError, UnreachableError } from '../../../src/model/errors.ts';
import type { CloneMethod } from '../../../src/replication/clone-method.ts';
import { copiedBytes, replicaData } from '../../../src/replication/clone-query.ts';
import { cloneProgress, dropSlot } from '../../../src/postgres/replication.ts';
import { unitState } from '../../../src/host/systemd.ts';
import { cloneReplica } from '../../../src/replication/clone-replica-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when } from '../../support/answering.ts';
import { pg2, plan, primary, replica, run, shop } from '../../support/shop.ts';

const unit = 'dbctl-clone-shop-pg2';
const loaded = 'LoadState=loaded\n';
const states = {
  absent: 'LoadState=not-found\nActiveState=inactive\n',
  running: `${loaded}ActiveState=active\nSubState=running\n`,
  succeeded: `${loaded}ActiveState=active\nSubState=exited\nExecMainCode=1\n`,
  failed: `${loaded}ActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=1\nInvocationID=0a\n`,
};
type State = keyof typeof states;

/** A primary to clone from, and a host whose unit runs, once started, until it ends so. */
function pair(
  start: {
    state?: State;
    hasData?: boolean;
    end?: 'succeeded' | 'failed';
    isMarked?: boolean;
    method?: CloneMethod;
  } = {},
) {
  const { state = 'absent', hasData = false, end = 'succeeded', isMarked = false, method } = start;
  const now = { state, hasData };
  const dropped: string[] = [];
  const finish = (): void => {
    now.state = end;
    now.hasData ||= end === 'succeeded';
  };
  const source = fakeHost(
    {},
    answering(
      when(cloneProgress(primary, 'pg2'), () => {
        finish();
        return json({ phase: 'streaming database files', streamedBytes: 1048576, totalBytes: 4194304 });
      }),
      when(dropSlot(primary, 'dbctl_pg2'), () => void dropped.push('dbctl_pg2')),
    ),
  );
  const replicaAnswers = answering(
    when(unitState(unit), () => states[now.state]),
    when(replicaData(replica), () => (now.hasData ? 'whole\n' : isMarked ? 'restoring\n' : 'absent\n')),
    when(copiedBytes(replica), () => {
      finish();
      return '1048576\n';
    }),
  );
  const fake = fakeHost(
    {},
    (argv, stdin, asUser) => {
      if (argv[0] === 'systemd-run') now.state = 'running';
      else if (argv[2]?.startsWith('systemctl stop')) now.state = 'absent';
      else if (argv[0] === 'journalctl') return 'pg_basebackup: error: no space left';
      else return typeof replicaAnswers === 'function' ? replicaAnswers(argv, stdin, asUser) : undefined;
      return '';
    },
    'pg2',
  );
  const step = cloneReplica(
    shop,
    pg2,
    { host: source.host, databaseBytes: 1, cores: 1, tablespaces: [] },
    method,
  );
  return { ...fake, step, source, dropped, now };
}

const programs = (ran: readonly string[]): readonly string[] => ran.map((line) => line.split(' ')[0] ?? '');
const thrown = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('a clone is planned, made once, and then in place', async () => {
  const { host, ran, step, source } = pair();
  const notes: string[] = [];

  expect((await plan(step, host)).changes).toEqual(['clone pg1 into /var/lib/postgresql/17/main']);
  expect([...ran, ...source.ran]).toEqual([]);
  expect((await run(step, host, notes)).status).toBe('changed');
  expect(programs(ran)).toEqual(['sh', 'systemd-run', 'sh']);
  expect(notes).toContainEqual(expect.stringContaining('copying 1.0 MB of 4.0 MB (25 %)'));
  expect((await run(step, host)).status).toBe('in place');
});

test('the unit runs as postgres with the passfile, and no password is in its argv', async () => {
  const { host, ran, step } = pair();

  await run(step, host);

  expect(ran[0]).toContain('install -d -o postgres -g postgres -m 755');
  expect(ran[1]).toContain('--uid=postgres');
  expect(ran[1]).toContain('replication.pgpass');
  expect(ran[1]).not.toContain('replication-password');
});

test('a clone that is already running is followed, not started twice', async () => {
  const { host, ran, step } = pair({ state: 'running' });

  expect((await run(step, host)).status).toBe('changed');
  expect(programs(ran)).toEqual(['sh', 'sh']);
});

test('a clone that ended while nobody looked is only forgotten', async () => {
  const { host, ran, step } = pair({ state: 'succeeded', hasData: true });

  expect((await run(step, host)).changes).toEqual(['finish the clone that ran before']);
  expect(programs(ran)).toEqual(['sh']);
});

test('a clone whose data was taken away since is made anew', async () => {
  const { host, ran, step } = pair({ state: 'succeeded' });

  expect((await run(step, host)).status).toBe('changed');
  expect(programs(ran)).toEqual(['sh', 'sh', 'systemd-run', 'sh']);
});

test('a clone that fails drops its slot, so that the primary keeps no WAL for it', async () => {
  const { host, step, dropped } = pair({ end: 'failed' });

  const error = await thrown(run(step, host));

  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({
    message: 'Clone of pg1 for pg2 failed on pg2',
    why: expect.stringContaining('no space left'),
  });
  expect(dropped).toEqual(['dbctl_pg2']);
});

test('a primary that is down does not hide why the clone failed', async () => {
  const { step, host, source } = pair({ end: 'failed' });
  const gone = { ...source.host, run: () => Promise.reject(new UnreachableError({ what: 'pg1 is gone' })) };
  const again = cloneReplica(shop, pg2, { host: gone, databaseBytes: 1, cores: 1, tablespaces: [] });

  const error = await thrown(run(again, host));

  expect(step.title).toBe(again.title);
  expect(error).toMatchObject({
    errors: [{ message: 'Clone of pg1 for pg2 failed on pg2' }, { message: 'pg1 is gone' }],
  });
});

test.each([
  ['the user', new InterruptedError({ what: 'stopped on request' })],
  ['a lost connection', new UnreachableError({ what: 'pg2 is gone' })],
])('a clone that was left because of %s goes on, with its slot', async (_reason, reason) => {
  const { host, step, dropped, now } = pair();
  const leave = (note: string): void => {
    if (note.startsWith('copying')) throw reason;
  };

  expect(await thrown(step.apply(host, leave))).toBe(reason);
  expect(dropped).toEqual([]);
  expect(now.state).not.toBe('absent');
});

test('a primary that does not tell how far the clone is does not end it', async () => {
  const { host, now, dropped } = pair();
  const primaryHost = {
    ...pair().source.host,
    ask: () => {
      Object.assign(now, { state: 'succeeded', hasData: true });
      return Promise.reject(new CommandError({ what: 'a command failed on pg1' }));
    },
  };
  const notes: string[] = [];

  await run(
    cloneReplica(shop, pg2, { host: primaryHost, databaseBytes: 1, cores: 1, tablespaces: [] }),
    host,
    notes,
  );

  expect(notes.slice(1)).toEqual(['the clone is running']);
  expect(dropped).toEqual([]);
});

test('before the first byte and after the last, what happens is said', async () => {
  const { host, step, source, now } = pair();
  const answers = [null, { phase: 'streaming database files', streamedBytes: 9, totalBytes: 9 }, null];
  const primaryHost = {
    ...source.host,
    ask: async <Answer>(query: { parse: (stdout: string) => Answer }) => {
      const answer = answers.shift();
      if (answers.length === 0) Object.assign(now, { state: 'succeeded', hasData: true });
      return query.parse(json(answer));
    },
  };
  const notes: string[] = [];

  await run(
    cloneReplica(shop, pg2, { host: primaryHost, databaseBytes: 1, cores: 1, tablespaces: [] }),
    host,
    notes,
  );

  expect(step.title).toBe('Clone the primary');
  expect(notes.slice(1)).toEqual([
    'the clone is running',
    expect.stringContaining('copying 9 B of 9 B (100 %)'),
    'verifying every file',
  ]);
});

const fromBackup: CloneMethod = {
  from: 'backup',
  why: 'as requested',
  backup: { stanza: 'shop', label: '20261121-020000F', repository: 2, databaseBytes: 4194304, walBytes: 0 },
};

test('a backup is restored by a unit of the same name, which writes the settings of a replica', async () => {
  const { host, ran, step } = pair({ method: fromBackup });
  const notes: string[] = [];

  expect((await plan(step, host)).changes).toEqual([
    'restore /var/lib/postgresql/17/main from backup 20261121-020000F: as requested',
  ]);
  await run(step, host, notes);

  expect(ran[1]).toContain(`--unit=${unit}`);
  expect(ran[1]).toContain('--repo=2 --set=20261121-020000F');
  expect(ran[1]).toMatch(/primary_conninfo = .*application_name=[^]*primary_slot_name = .*dbctl_pg2/);
  expect(notes).toContainEqual(expect.stringContaining('restoring 1.0 MB of 4.0 MB (25 %)'));
});

test('a restore in place that was cut off goes on', async () => {
  const { host, step } = pair({ isMarked: true, method: fromBackup });

  expect((await run(step, host)).changes).toEqual([
    'repair /var/lib/postgresql/17/main from backup 20261121-020000F: as requested',
  ]);
});

test('a restore in place that was cut off is refused without a backup to go on with', async () => {
  const { host, ran, step } = pair({ isMarked: true });

  expect(await thrown(run(step, host))).toMatchObject({
    exitCode: 4,
    next: [expect.stringContaining('dbctl reinit pg2 --from primary')],
  });
  expect(programs(ran)).not.toContain('systemd-run');
});
