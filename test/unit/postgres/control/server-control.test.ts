// What every way to run a server must do. Its commands are run for real, on a machine whose programs are fakes.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Action, Query } from '../../../../src/host/command.ts';
import { Secret } from '../../../../src/model/secret.ts';
import type { ServerControl } from '../../../../src/postgres/control/server-control.ts';
import { systemdControl } from '../../../../src/postgres/control/systemd-control.ts';
import { primary } from '../../../support/shop.ts';

const root = mkdtempSync(join(tmpdir(), 'dbctl-control-'));
afterAll(() => rmSync(root, { recursive: true }));
const instance = { ...primary, binDirectory: join(root, 'bin'), configDirectory: join(root, 'etc') };

/** A machine: `state` of the server, how often it was started, whether its start fails, what is enabled for boot. */
const fakeSystemctl = `#!/bin/sh
cd ${root}
begin() { cp next state; echo $(($(cat run) + 1)) > run; }
unit=
for word do unit=$word; done
case "$*" in
  -q*) grep -qx "$unit" enabled ;;
  *is-enabled*) grep -qx "$unit" enabled && echo enabled ;;
  show*) echo "ActiveState=$(cat state)"; echo "InvocationID=$(cat run)" ;;
  reset-failed*) [ "$(cat state)" != failed ] || echo inactive > state ;;
  start*) [ "$(cat state)" = active ] || begin ;;
  restart*) begin ;;
  stop*) echo inactive > state ;;
esac`;

function writeProgram(name: string, text: string): void {
  writeFileSync(join(root, 'bin', name), text);
  chmodSync(join(root, 'bin', name), 0o755);
}

beforeEach(() => {
  for (const directory of ['bin', 'etc']) mkdirSync(join(root, directory), { recursive: true });
  writeProgram('systemctl', fakeSystemctl);
  writeProgram('journalctl', '#!/bin/sh\necho "began"; echo "FATAL:  port taken"; echo\n');
  writeProgram('psql', `#!/bin/sh\ncat >> ${root}/sql\n`);
  const now = { state: 'inactive', run: '1', next: 'active', enabled: 'postgresql.service', sql: '' };
  for (const [name, value] of Object.entries(now)) writeFileSync(join(root, name), `${value}\n`);
  writeFileSync(join(root, 'etc', 'start.conf'), '# how\nauto\n');
});

function carryOut({ argv, stdin = '' }: Query<unknown> | Action): string {
  const [program = '', ...words] = argv;
  const input = stdin instanceof Secret ? stdin.reveal() : stdin;
  const PATH = `${root}/bin:${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8', env: { PATH } });
  expect(`${status} ${stderr}`, program).toBe('0 ');
  return stdout;
}

const ask = <Answer>(query: Query<Answer>): Answer => query.parse(carryOut(query));

describe.each<[string, ServerControl]>([['systemd', systemdControl(instance)]])('%s', (_name, control) => {
  test('starts a server that is down, and one that had failed', () => {
    expect(ask(control.state)).toMatchObject({ isRunning: false, hasFailed: false });

    writeFileSync(join(root, 'state'), 'failed\n');
    expect(ask(control.state)).toMatchObject({ isRunning: false, hasFailed: true });

    carryOut(control.start);
    expect(ask(control.state)).toMatchObject({ isRunning: true, hasFailed: false });
  });

  test('says when a start has failed', () => {
    writeFileSync(join(root, 'next'), 'failed\n');

    carryOut(control.start);

    expect(ask(control.state)).toMatchObject({ isRunning: false, hasFailed: true });
  });

  test.each(['activating', 'deactivating', 'reloading'])('calls a server that is %s running', (state) => {
    writeFileSync(join(root, 'state'), `${state}\n`);

    expect(ask(control.state)).toMatchObject({ isRunning: true, hasFailed: false });
  });

  test('gives up a start of which no process is left, and one that did not begin', () => {
    writeProgram(
      'systemctl',
      `#!/bin/sh\nprintf 'ActiveState=activating\\nControlPID=0\\nMainPID=0\\nControlGroup=/none\\n'`,
    );
    expect(ask(control.state)).toMatchObject({ isRunning: false, hasFailed: true });

    writeProgram('systemctl', `#!/bin/sh\nprintf 'ActiveState=activating\\nControlPID=12\\nMainPID=0\\n'`);
    expect(ask(control.state)).toMatchObject({ isRunning: true, hasFailed: false });

    writeProgram('systemctl', `#!/bin/sh\nprintf 'ActiveState=inactive\\nJob=\\n'`);
    expect(ask(control.state)).toMatchObject({ isRunning: false, isIdle: true });

    writeProgram('systemctl', `#!/bin/sh\nprintf 'ActiveState=inactive\\nJob=31\\n'`);
    expect(ask(control.state)).toMatchObject({ isIdle: false });
  });

  test('a restart is another run, a start of what runs is not', () => {
    carryOut(control.start);
    const first = ask(control.state).run;

    carryOut(control.start);
    expect(ask(control.state).run).toBe(first);

    carryOut(control.restart);
    expect(ask(control.state)).toMatchObject({ isRunning: true });
    expect(ask(control.state).run).not.toBe(first);
  });

  test('stops a server, and leaves one alone that is down', () => {
    carryOut(control.start);

    carryOut(control.stop);
    carryOut(control.stop);

    expect(ask(control.state)).toMatchObject({ isRunning: false, hasFailed: false });
  });

  test('a reload asks the server to read its files', () => {
    carryOut(control.reload);

    expect(readFileSync(join(root, 'sql'), 'utf8')).toContain('pg_reload_conf()');
  });

  test('parameters are set whatever is in them, outside a transaction, and read', () => {
    const actions = control.setParameters({
      primary_conninfo: `host='10.0.0.11' user='a\\'b'`,
      primary_slot_name: 'dbctl_pg2',
    });

    for (const action of actions) carryOut(action);

    expect(readFileSync(join(root, 'sql'), 'utf8').trimStart()).toMatchInlineSnapshot(`
      "alter system set primary_conninfo = 'host=''10.0.0.11'' user=''a\\''b''';
      alter system set primary_slot_name = 'dbctl_pg2';
      begin;
      select pg_reload_conf();
      commit;
      "
    `);
  });

  test.each([
    ['is meant to run at boot', 'auto', 'postgresql.service', true],
    ['is meant to run at boot by its own unit', 'manual', control.name, true],
    ['waits for somebody', 'manual', 'postgresql.service', false],
    ['is disabled', 'disabled', 'postgresql.service', false],
    ['is not started with the others', 'auto', 'ssh.service', false],
  ])('a server %s', (_what, word, enabled, answer) => {
    writeFileSync(join(root, 'etc', 'start.conf'), `# auto, manual or disabled\n${word}\n`);
    writeFileSync(join(root, 'enabled'), `${enabled}\n`);

    expect(ask(control.startsAtBoot)).toBe(answer);
  });

  test('a server whose configuration is missing does not start at boot', () => {
    rmSync(join(root, 'etc', 'start.conf'));

    expect(ask(control.startsAtBoot)).toBe(false);
  });

  test('its log names who wrote it, without blank lines around', () => {
    expect(ask(control.log(3))).toBe(`journal of ${control.name}:\nbegan\nFATAL:  port taken`);
  });

  test('what is typed by hand names it', () => {
    for (const words of Object.values(control.byHand)) expect(words).toContain(control.name);
  });
});
