import { expect, test } from 'vitest';
import { quote } from '../../../src/host/quote.ts';
import { forgetUnit, startUnit, unitJournal, unitState } from '../../../src/host/systemd.ts';

const unit = {
  name: 'dbctl-clone-pg2',
  description: 'Clone pg2 from pg1',
  argv: ['sh', '-c', 'echo "$1" $HOME', 'sh', '100 %'],
  asUser: 'postgres',
};

test('a unit stays after its end, and its words are taken literally', () => {
  expect(quote(startUnit(unit).argv)).toMatchInlineSnapshot(
    `"systemd-run --quiet --unit=dbctl-clone-pg2 '--description=Clone pg2 from pg1' --uid=postgres --remain-after-exit --setenv=LC_ALL=C '--property=UnsetEnvironment=PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGSYSCONFDIR PGOPTIONS PGAPPNAME PGREQUIREAUTH PGREQUIREPEER PGCHANNELBINDING PGSSLMODE PGSSLNEGOTIATION PGSSLCERT PGSSLKEY PGSSLCERTMODE PGSSLROOTCERT PGSSLCRL PGSSLCRLDIR PGSSLSNI PGSSLMINPROTOCOLVERSION PGSSLMAXPROTOCOLVERSION PGGSSENCMODE PGCONNECT_TIMEOUT PGCLIENTENCODING PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS PGDATESTYLE PGTZ' --property=Type=exec -- sh -c 'echo "$$1" $$HOME' sh '100 %'"`,
  );
});

const show = (active: string, sub: string, more: string): string =>
  `LoadState=loaded\nActiveState=${active}\nSubState=${sub}\n${more}`;

test.each([
  ['LoadState=not-found\nActiveState=inactive\nSubState=dead\nResult=success\n', 'absent', undefined],
  [show('inactive', 'dead', 'Result=success\n'), 'absent', undefined],
  [show('activating', 'start', 'Result=success\nExecMainCode=0\nExecMainStatus=0\n'), 'running', undefined],
  [show('active', 'running', 'Result=success\nExecMainCode=0\nExecMainStatus=0\n'), 'running', undefined],
  [
    show('deactivating', 'stop-sigterm', 'Result=success\nExecMainCode=0\nExecMainStatus=0\n'),
    'running',
    undefined,
  ],
  [show('active', 'exited', 'Result=success\nExecMainCode=1\nExecMainStatus=0\n'), 'succeeded', 0],
  [show('failed', 'failed', 'Result=exit-code\nExecMainCode=1\nExecMainStatus=3\n'), 'failed', 3],
  [show('failed', 'failed', 'Result=oom-kill\nExecMainCode=2\nExecMainStatus=9\n'), 'failed', undefined],
])('%j is %s', (stdout, kind, exitCode) => {
  expect(unitState('dbctl-x').parse(stdout)).toMatchObject({ kind, exitCode });
});

test('the journal of this run alone is asked for, and shown without blank lines at its end', () => {
  const run = unitState('dbctl-x').parse('LoadState=loaded\nActiveState=failed\nInvocationID=0a1b\n');
  expect(quote(unitJournal(run, 20).argv)).toBe(
    'journalctl --quiet --no-pager -o cat -n 20 _SYSTEMD_INVOCATION_ID=0a1b',
  );
  expect(unitJournal(run, 20).parse('one\ntwo\n\n')).toBe('one\ntwo');
});

test.each(['postgresql', 'dbctl-', 'dbctl-a b', 'dbctl-a;b', '-H dbctl-x'])(
  '%j names no unit of ours',
  (name) => {
    expect(() => unitState(name)).toThrow('not a name for a unit');
    expect(() => forgetUnit(name)).toThrow('not a name for a unit');
  },
);
