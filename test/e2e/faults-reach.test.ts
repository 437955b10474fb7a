// Hosts that cannot be reached, or are not the ones we know: one clear answer, soon, and nobody is touched.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { journalMark, journalSince } from '../support/journal.ts';
import { startLab, type Finished, type Lab } from '../support/e2e.ts';
import { cable, expectClear, filesOn } from '../support/faults.ts';
import { dbctlWith } from '../support/probe-story.ts';
import { addressOf, describeOnHosts, patienceMs } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

const machines = ['control', 'pg1', 'pg2'];

describeOnHosts('a host that cannot be reached', () => {
  let lab: Lab;
  let before: readonly string[];

  const knownHosts = (): string => join(lab.directory, '.lab', lab.name, 'known_hosts');
  const filesOnAll = (): Promise<readonly string[]> =>
    Promise.all(machines.map((host) => filesOn(lab, host)));

  /** The line of known_hosts for pg1, and the file as it is. */
  function knownKey(): { text: string; line: string } {
    const text = readFileSync(knownHosts(), 'utf8');
    const line = text.split('\n').find((one) => one.startsWith(`${addressOf(lab, 'pg1')} `))!;
    return { text, line };
  }

  async function withKnownHosts(text: string, run: () => Promise<Finished>): Promise<Finished> {
    const original = readFileSync(knownHosts(), 'utf8');
    writeFileSync(knownHosts(), text);
    const finished = await run();
    const left = readFileSync(knownHosts(), 'utf8');
    writeFileSync(knownHosts(), original);
    expect(left).toBe(text);
    return finished;
  }

  beforeAll(async () => {
    lab = await startLab('f-reach', '--hosts', machines.join(','));
    before = await filesOnAll();
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.for([{ command: ['init-primary'] }, { command: ['add-replica', 'pg2'] }])(
    'because its cable is pulled ends $command within seconds, and nothing was changed',
    async ({ command }) => {
      await cable(lab, 'pg1', 'down');
      const elapsed = stopwatch();

      const finished = await lab.dbctl(...command);
      const seconds = elapsed();
      await cable(lab, 'pg1', 'up');

      expectClear(lab, finished, 3, addressOf(lab, 'pg1'), 'no answer within 5 s');
      expect(finished.stdout).toBe('');
      expect(seconds).toBeLessThan(9);
      expect(await filesOnAll()).toEqual(before);
    },
  );

  test('because its name cannot be looked up: the line that looks it up is one that does', async () => {
    const written = lab.env['CLUSTER_DB_PRIMARY_HOST']!;
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: 'pg1=nowhere.invalid' });
    const refused = await lab.dbctl('status');
    const ended = await lab.dbctl('init-primary');
    lab.configure({ CLUSTER_DB_PRIMARY_HOST: written });

    expect([refused.exitCode, ended.exitCode]).toEqual([3, 3]);
    const [, look = ''] = /→ look it up: (getent hosts \S+)/.exec(ended.stderr) ?? [];
    expect(look).toBe('getent hosts nowhere.invalid');
    // It says the same as dbctl, of this name and of one that there is.
    expect((await execa('sh', ['-c', look], { reject: false })).exitCode).toBe(2);
    expect((await execa('sh', ['-c', look.replace('nowhere.invalid', 'localhost')])).exitCode).toBe(0);
  });

  test('and another one that cannot either are both named, in the time of one', async () => {
    await Promise.all(['pg1', 'control'].map((host) => cable(lab, host, 'down')));
    const elapsed = stopwatch();

    const finished = await lab.dbctl('init-primary');
    const seconds = elapsed();
    await Promise.all(['pg1', 'control'].map((host) => cable(lab, host, 'up')));

    expectClear(lab, finished, 3, addressOf(lab, 'pg1'), addressOf(lab, 'control'));
    // One after the other they would take 10 s.
    expect(seconds).toBeLessThan(9);
    expect(await filesOnAll()).toEqual(before);
  });

  test('because the key is a wrong one: the key, the user and the host are named, after one attempt', async () => {
    const right = lab.env['CLUSTER_SSH_KEY']!;
    const wrong = join(lab.directory, 'wrong_key');
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', wrong]);
    lab.configure({ CLUSTER_SSH_KEY: wrong });
    const mark = await journalMark(lab, 'pg1');

    const finished = await lab.dbctl('init-primary');

    lab.configure({ CLUSTER_SSH_KEY: right });
    expectClear(lab, finished, 3, `${addressOf(lab, 'pg1')}:22 refuses the login of root`, wrong);
    const said = await journalSince(lab, 'pg1', mark);
    expect(said.match(/authenticating user root/g)).toHaveLength(1);
    expect(await filesOnAll()).toEqual(before);
  });

  test('because the agent has twenty other keys: what happened is said, and the key that is named is the one tried', async () => {
    const right = lab.env['CLUSTER_SSH_KEY']!;
    const encrypted = join(lab.directory, 'encrypted_key');
    const agent = join(lab.directory, 'agent');
    await execa('cp', ['-p', right, encrypted]);
    await execa('cp', ['-p', `${right}.pub`, `${encrypted}.pub`]);
    await execa('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a phrase', '-f', encrypted]);
    const { stdout } = await execa('ssh-agent', ['-a', agent]);
    const add = (key: string) => execa('ssh-add', ['-q', key], { env: { SSH_AUTH_SOCK: agent } });
    for (const name of Array.from({ length: 20 }, (_, index) => join(lab.directory, `other_${index}`))) {
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', name]);
      await add(name);
    }
    await add(right);

    lab.configure({ CLUSTER_SSH_KEY: undefined });
    const refused = await dbctlWith(lab, { env: { SSH_AUTH_SOCK: agent } }, 'init-primary');
    lab.configure({ CLUSTER_SSH_KEY: encrypted });
    const planned = await dbctlWith(lab, { env: { SSH_AUTH_SOCK: agent } }, 'init-primary', '--dry-run');
    lab.configure({ CLUSTER_SSH_KEY: right });
    process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]));

    expectClear(lab, refused, 3, 'hung up after too many keys', '21 keys of the agent', 'CLUSTER_SSH_KEY');
    expect(planned.stdout).toMatch(/^\d+ changes to make$/m);
    expect(await filesOnAll()).toEqual(before);
  });

  test('because its host key has changed: both fingerprints are shown', async () => {
    const { text, line } = knownKey();
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(lab.directory, 'other_host')]);
    const other = readFileSync(join(lab.directory, 'other_host.pub'), 'utf8').split(' ')[1]!;
    const expected = await fingerprintIn(join(lab.directory, 'other_host.pub'));
    const real = (await lab.shell('pg1', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]!;
    const changed = `${line.split(' ')[0]} ssh-ed25519 ${other}`;

    const finished = await withKnownHosts(text.replace(line, changed), () => lab.dbctl('init-primary'));

    expectClear(lab, finished, 3, addressOf(lab, 'pg1'), 'has changed', 'ssh-keygen -R', knownHosts());
    expect(finished.stderr).toContain(expected);
    expect(finished.stderr).toContain(real);
    const compare = /^→ if the host was reinstalled, compare with it: (ssh-keygen .*) \(on the host\)$/m;
    expect(await lab.shell('pg1', compare.exec(finished.stderr)![1]!)).toContain(real);
    expect(await filesOnAll()).toEqual(before);
  });

  test('because its host key is not known: its fingerprint and the way to accept it are shown', async () => {
    const { text, line } = knownKey();
    const real = (await lab.shell('pg1', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]!;

    const finished = await withKnownHosts(text.replace(`${line}\n`, ''), () => lab.dbctl('init-primary'));

    expectClear(lab, finished, 3, addressOf(lab, 'pg1'), 'is not known');
    expect(finished.stderr).toContain(`--accept-host-key ${real}`);
    expect(await filesOnAll()).toEqual(before);

    writeFileSync(knownHosts(), text.replace(`${line}\n`, ''));
    const scan = /^→ if it is the same: (ssh-keyscan .*)$/m.exec(finished.stderr)![1]!;
    const [program, ...words] = [...lab.inside, 'sh', '-c', scan];
    await execa(program, words, { cwd: lab.directory });
    const scanned = await lab.dbctl('init-primary', '--dry-run');
    expect(scanned.exitCode, scanned.stderr).toBe(0);

    writeFileSync(knownHosts(), text.replace(`${line}\n`, ''));
    const accepted = await lab.dbctl('init-primary', '--dry-run', '--accept-host-key', real);
    expect(accepted.exitCode, accepted.stderr).toBe(0);
    expect(readFileSync(knownHosts(), 'utf8')).toContain(line);
  });
});

const fingerprintIn = async (file: string): Promise<string> =>
  (await execa('ssh-keygen', ['-lf', file])).stdout.split(' ')[1]!;
