// The lab itself, on this machine. It has names of its own, so that a lab somebody works with is left alone.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenHosts } from './chapters/broken-hosts.ts';
import { labNameOf } from '../support/e2e.ts';
import { describeOnHosts } from '../support/story.ts';

const bin = new URL('../../bin/dbctl.js', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'dbctl-lab-'));
const name = labNameOf('lab');
const second = labNameOf('second');
/** The first lab of a machine builds the image. */
const patienceMs = 600_000;

interface Host {
  readonly name: string;
  readonly address: string;
  readonly state: string;
  readonly pid: number | null;
  readonly nspawn: number | null;
  readonly veth: string;
  readonly netns: string;
  readonly root: string;
  readonly faults: readonly { readonly about: string }[];
}

const lab = (...argv: readonly string[]) =>
  execa('node', [bin, 'lab', ...argv], { cwd: directory, reject: false, stdin: 'ignore' });

const up = () => lab('up', '--name', name, '--hosts', 'control,pg1', '-o', 'json');

const ssh = (host: string, ...words: readonly string[]) => lab('ssh', '--name', name, host, ...words);

async function hostsOf(which = name): Promise<readonly Host[]> {
  const { stdout } = await lab('status', '--name', which, '-o', 'json');
  return (JSON.parse(stdout) as { hosts: Host[] }[])[0]!.hosts;
}

const hostNamed = async (host: string): Promise<Host> => (await hostsOf()).find((one) => one.name === host)!;

const changesOf = ({ stdout }: { stdout: string }): readonly string[] =>
  (JSON.parse(stdout) as { changes: string[] }).changes;

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

describeOnHosts('a lab', () => {
  beforeAll(async () => {
    await lab('down', '--name', name);
    await lab('down', '--name', second);
    const { exitCode, stderr } = await up();
    expect(exitCode, stderr).toBe(0);
  }, patienceMs);

  afterAll(async () => {
    await lab('down', '--name', name);
    await lab('down', '--name', second);
    rmSync(directory, { recursive: true, force: true });
  }, patienceMs);

  test('its hosts are whole systems that answer over SSH', async () => {
    for (const host of ['control', 'pg1']) {
      const { exitCode, stdout } = await ssh(host, 'hostname; systemctl is-system-running --wait');

      expect(stdout).toBe(`${host}\nrunning`);
      expect(exitCode).toBe(0);
    }
  });

  test('a shell gets variables that name its hosts and files', async () => {
    const { stdout: lines } = await execa('node', [bin, 'lab', 'env', '--name', name], { cwd: directory });
    const { stdout } = await execa('bash', ['-c', `${lines}\necho "$PGHOST $(ls "$DBCTL_LAB_SSH_KEY")"`]);

    expect(stdout).toMatch(/^\d+\.\d+\.\d+\.\d+ \/.*\/id_ed25519$/);
  });

  test('a command there ends with its own exit code', async () => {
    expect((await ssh('pg1', 'exit 7')).exitCode).toBe(7);
    expect((await ssh('pg1', '--', 'test', '-d', '/nowhere')).exitCode).toBe(1);
  });

  test('root and an administrator with sudo may log in, with the key and host keys that were written', async () => {
    const { address } = await hostNamed('pg1');
    const options = [`IdentityFile=.lab/${name}/id_ed25519`, `UserKnownHostsFile=.lab/${name}/known_hosts`];
    const argv = [...options, 'StrictHostKeyChecking=yes', 'BatchMode=yes'].flatMap((one) => ['-o', one]);

    const { stdout } = await execa('ssh', [...argv, `admin@${address}`, 'sudo -n id -u'], { cwd: directory });

    expect(stdout).toBe('0');
  });

  test('its hosts have PostgreSQL, and no cluster of its own making', async () => {
    const { stdout } = await ssh('pg1', 'ls /usr/lib/postgresql; pg_lsclusters --no-header | wc -l');

    expect(stdout).toBe('17\n0');
  });

  test('its hosts find each other by name and reach nothing else', async () => {
    const { stdout } = await ssh('pg1', 'ip route; getent hosts control');
    const { address } = await hostNamed('control');

    expect(stdout).not.toContain('default');
    expect(stdout).toContain(address);
    expect((await ssh('pg1', `timeout 3 bash -c '</dev/tcp/control/22'`)).exitCode).toBe(0);
    expect((await ssh('pg1', `timeout 3 bash -c '</dev/tcp/192.0.2.1/80'`)).exitCode).not.toBe(0);
  });

  test('stopping a service on one host leaves it alone on the other', async () => {
    await ssh('pg1', 'systemd-run --unit=story sleep 600');
    await ssh('control', 'systemd-run --unit=story sleep 600');

    await ssh('pg1', 'systemctl kill --signal=KILL story; systemctl stop story');

    expect((await ssh('control', 'systemctl is-active story')).stdout).toBe('active');
    await ssh('control', 'systemctl stop story');
  });

  test('brought up again, it changes nothing', async () => {
    const before = await hostsOf();

    const again = await up();

    expect(changesOf(again)).toEqual([]);
    expect(await hostsOf()).toEqual(before);
  });

  test('a directory that cannot hold the disks of hosts is refused, and another one is used when it is named', async () => {
    const place = join(directory, 'overlay');
    mkdirSync(place);
    const parts = ['lower', 'upper', 'work', 'merged'].map((part) => join(place, part));
    await execa('mount', ['-t', 'tmpfs', 'none', place]);
    for (const part of parts) mkdirSync(part);
    const [lower, upper, work, merged = ''] = parts;
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    await execa('mount', ['-t', 'overlay', 'none', '-o', layers, merged]);
    const upIn = (env: Readonly<Record<string, string>>) =>
      execa('node', [bin, 'lab', 'up', '--name', name, '-o', 'json'], { cwd: directory, env, reject: false });

    const refused = await upIn({ DBCTL_LAB_DIR: merged });
    await execa('umount', [merged]);
    await execa('umount', [place]);
    rmSync(place, { recursive: true });

    expect(refused.exitCode).toBe(2);
    const advice = /^→ choose a directory on a real disk: (?:sudo) (DBCTL_LAB_DIR)=\S+ dbctl lab up$/m;
    const [, setting = ''] = advice.exec(refused.stderr) ?? [];
    const again = await upIn({ [setting]: process.env['DBCTL_LAB_DIR'] || '/var/lib/dbctl-lab' });
    expect(changesOf(again), again.stderr).toEqual([]);
  });

  test('asked to be another one, it refuses and names the way', async () => {
    const { exitCode, stderr } = await lab('up', '--name', name, '--hosts', 'pg1');

    expect(exitCode).toBe(4);
    expect(stderr).toContain(`dbctl lab down --name ${name}`);
  });

  test('a host that lost its nspawn is started again on its own disk', async () => {
    await ssh('pg1', 'echo kept > /root/note && sync');
    const { nspawn, pid } = await hostNamed('pg1');
    process.kill(nspawn!, 'SIGKILL');
    await expect.poll(async () => (await hostNamed('pg1')).state).toBe('broken');

    expect(changesOf(await up())).toEqual(['pg1 started']);

    expect(isAlive(pid!)).toBe(false);
    expect((await ssh('pg1', 'cat /root/note')).stdout).toBe('kept');
  });

  test('a host whose power was cut comes back, and its neighbour never notices', async () => {
    const neighbour = await hostNamed('control');
    await lab('break', 'power', '--name', name, 'pg1');
    expect((await hostNamed('pg1')).state).toBe('stopped');

    expect(changesOf(await up())).toEqual(['pg1 started']);

    expect(await hostNamed('control')).toEqual(neighbour);
  });

  test('a host that reboots is back by itself', async () => {
    const { pid } = await hostNamed('pg1');

    await ssh('pg1', 'systemctl reboot');

    await expect.poll(async () => (await hostNamed('pg1')).pid, { timeout: 20_000 }).not.toBe(pid);
    await expect.poll(async () => (await ssh('pg1', 'true')).exitCode, { timeout: 20_000 }).toBe(0);
    expect(changesOf(await up())).toEqual([]);
  });

  test('a link that was cut is plugged in again', async () => {
    const { pid } = await hostNamed('pg1');
    await lab('break', 'cable', '--name', name, 'pg1');
    expect((await hostNamed('pg1')).state).toBe('cut off');

    expect(changesOf(await up())).toEqual(['pg1 plugged in']);

    expect((await hostNamed('pg1')).pid).toBe(pid);
  });

  brokenHosts({ name, lab, hostNamed });

  test('its .env.cluster is private and never replaces one of somebody else', async () => {
    const file = join(directory, '.env.cluster');
    const before = readFileSync(file, 'utf8');

    const { exitCode, stderr } = await lab('up', '--name', second);

    expect(exitCode).toBe(4);
    expect(stderr).toContain('--dir');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await execa('stat', ['-c', '%a', file])).stdout).toBe('600');
  });

  test('a second lab stands beside it in another network', async () => {
    const line = [
      bin,
      'lab',
      'up',
      '--name',
      second,
      '--hosts',
      'pg1',
      '--bare',
      '--online',
      '--dir',
      'second',
    ];
    const place = { cwd: directory, reject: false, stdin: 'ignore' } as const;
    // As on a machine that is no Debian.
    const sourceless = [
      '-m',
      'sh',
      '-c',
      'mount -t tmpfs none /etc/apt && exec "$@"',
      'sh',
      process.execPath,
    ];
    const refused = await execa('unshare', [...sourceless, ...line], place);
    expect(refused.exitCode, refused.stderr).toBe(2);
    const advice = /^→ name one: (?:sudo) (DBCTL_LAB_MIRROR)=(\S+) dbctl lab up$/m;
    const [, setting = '', mirror = ''] = advice.exec(refused.stderr) ?? [];
    const beside = await execa(process.execPath, line, { ...place, env: { [setting]: mirror } });
    expect(beside.exitCode, beside.stderr).toBe(0);
    const sources = await lab('ssh', '--name', second, 'pg1', 'cat /etc/apt/sources.list.d/*');
    expect(sources.stdout).toContain(mirror);

    const [first] = await hostsOf();
    const [other] = await hostsOf(second);
    expect(other?.address).not.toBe(first?.address);
    expect((await lab('ssh', '--name', second, 'pg1', 'test -e /usr/lib/postgresql')).exitCode).toBe(1);

    await lab('down', '--name', second);
    expect((await hostsOf()).map(({ state }) => state)).toEqual(['running', 'running']);
  });

  test('down leaves nothing behind, also of a host that lost its nspawn', async () => {
    const hosts = await hostsOf();
    process.kill(hosts[0]!.nspawn!, 'SIGKILL');

    expect((await lab('down', '--name', name)).exitCode).toBe(0);

    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`/labs/${name}/`);
    for (const { pid, netns, veth, root } of hosts) {
      expect(isAlive(pid!)).toBe(false);
      expect(existsSync(`/run/netns/${netns}`)).toBe(false);
      expect(existsSync(`/sys/class/net/${veth}`)).toBe(false);
      expect(existsSync(root)).toBe(false);
    }
    const bridge = hosts[0]!.veth.split('-')[0]!;
    expect(existsSync(`/sys/class/net/${bridge}`)).toBe(false);
    expect(readdirSync(directory).filter((entry) => entry !== 'second')).toEqual([]);
  });

  test('down again has nothing to do', async () => {
    const { exitCode, stdout } = await lab('down', '--name', name);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('0 changes');
  });
});

test('without root, the way to run it is named', async () => {
  // Only root may look into a checkout under /root, so that much is left to nobody.
  const readAll = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...readAll];
  const [file, ...args] = [...(process.getuid?.() === 0 ? asNobody : []), 'node', bin, 'lab', 'up'];

  const { exitCode, stderr } = await execa(file, args, { cwd: '/', reject: false });

  expect(exitCode).toBe(2);
  expect(stderr).toContain(process.platform === 'linux' ? 'sudo dbctl lab up' : 'Linux');
});
