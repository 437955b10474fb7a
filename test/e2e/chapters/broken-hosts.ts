// Every fault of `dbctl lab break`: the host itself is asked whether it is there, and gone once it was healed.

import { execa } from 'execa';
import { expect, test } from 'vitest';

interface Answer {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BrokenLab {
  readonly name: string;
  /** `dbctl lab …` */
  readonly lab: (...argv: readonly string[]) => PromiseLike<Answer>;
  readonly hostNamed: (host: string) => Promise<{
    readonly pid: number | null;
    readonly state: string;
    readonly faults: readonly { readonly about: string }[];
  }>;
}

/** On a lab of control and pg1 that has no cluster. */
export function brokenHosts({ name, lab, hostNamed }: BrokenLab): void {
  /** Whatever the host's network is; a frozen host answers too, for its namespaces are there. */
  async function on(host: string, line: string): Promise<string> {
    const { pid } = await hostNamed(host);
    const spaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
    const { stdout, stderr } = await execa(
      'nsenter',
      ['--target', String(pid), ...spaces, '--', 'bash', '-c', line],
      { reject: false, env: { PATH: '/usr/bin:/usr/sbin:/bin:/sbin' } },
    );
    return stdout || stderr;
  }

  async function succeed(...argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await lab(...argv, '--name', name);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  }

  /** Heals everything: what is said of pg1, and that nothing is left. */
  async function expectHealed(...said: readonly string[]): Promise<void> {
    expect(await succeed('heal')).toBe(
      [...said, said.length === 1 ? '1 change' : `${said.length} changes`].join('\n'),
    );
    expect(await succeed('heal')).toBe('0 changes');
    expect((await hostNamed('pg1')).faults).toEqual([]);
  }

  const broken = async (): Promise<readonly string[]> =>
    (await hostNamed('pg1')).faults.map(({ about }) => about);

  /** 0: it is open; 1: nobody listens; 124: there is no answer. */
  const reaches = (from: string, to: string, port: number): Promise<string> =>
    on(from, `timeout 1 bash -c '</dev/tcp/${to}/${port}' 2>/dev/null; echo $?`);

  /** How many datagrams reached a host at which nobody listened. */
  const heard = (host: string): Promise<string> =>
    on(host, `awk '/^Udp:/ && n++ { print $3 }' /proc/net/snmp`);

  /** Whether a datagram gets there. */
  async function hears(from: string, to: string): Promise<boolean> {
    const before = await heard(to);
    await on(from, `echo x > /dev/udp/${to}/9`);
    return (await heard(to)) !== before;
  }

  test('lab break in one direction leaves the other', async () => {
    await succeed('break', 'inbound', 'pg1');
    expect(await broken()).toEqual(['receives nothing']);
    expect(await hears('control', 'pg1')).toBe(false);
    expect(await hears('pg1', 'control')).toBe(true);
    await expectHealed('pg1 has its whole network again');

    await succeed('break', 'outbound', 'pg1');
    expect(await hears('pg1', 'control')).toBe(false);
    expect(await hears('control', 'pg1')).toBe(true);
    await expectHealed('pg1 has its whole network again');
    expect(await hears('pg1', 'control')).toBe(true);
  });

  test('lab break of ports stops these, and no others', async () => {
    await succeed('break', 'ports', 'pg1');
    expect(await reaches('control', 'pg1', 2379)).toBe('124');
    expect(await reaches('pg1', 'control', 2380)).toBe('124');
    expect(await reaches('control', 'pg1', 22)).toBe('0');
    await expectHealed('pg1 has its whole network again');
    expect(await reaches('control', 'pg1', 2379)).toBe('1');
  });

  test('lab break slow makes a link slow, and says it where the kernel cannot delay packets', async () => {
    const seconds = async (): Promise<number> => {
      const began = performance.now();
      await lab('ssh', '--name', name, 'pg1', 'head -c 1000000 /dev/zero');
      return (performance.now() - began) / 1000;
    };
    const delayed = await lab('break', 'slow', 'pg1', '--delay', '300ms', '--name', name);
    if (delayed.exitCode === 0) {
      expect(await on('pg1', 'tc qdisc show dev host0')).toContain('delay 300ms');
      await expectHealed('pg1 has its whole network again');
    } else {
      expect(delayed.exitCode).toBe(2);
      expect(delayed.stderr).toContain('sch_netem');
      expect(await broken()).toEqual([]);
    }
    const [, instead = '--rate 1mbit'] =
      /or make the link slow without it: (--rate \S+)/.exec(delayed.stderr) ?? [];

    await succeed('break', 'slow', 'pg1', ...instead.split(' '));
    const slow = await seconds();
    expect(slow).toBeGreaterThan(4);
    await expectHealed('pg1 has its whole network again');
    expect(await seconds()).toBeLessThan(slow);
  });

  test('lab break disk fills a file system of the host, and never that of the machine', async () => {
    const refused = await lab('break', 'disk', 'pg1', '--name', name);
    expect(refused.exitCode).toBe(4);
    const [, host = '', mount = ''] =
      /dbctl lab ssh --name \S+ (\S+) (mount .*)$/m.exec(refused.stderr) ?? [];
    expect((await lab('ssh', '--name', name, host, mount)).exitCode).toBe(0);

    await succeed('break', 'disk', 'pg1');
    expect(await on('pg1', 'echo x > /var/lib/postgresql/x')).toContain('No space left on device');
    await expectHealed('pg1 has room on its disk again');

    expect(await on('pg1', 'echo x > /var/lib/postgresql/x && umount /var/lib/postgresql && echo gone')).toBe(
      'gone',
    );
  });

  test('lab break kills, freezes and stops what runs, and heal starts it again', async () => {
    const unit = 'postgresql@17-main.service';
    const answers = (): Promise<string> =>
      on('pg1', `cd / && timeout 1 runuser -u postgres -- psql -XAtc 'select 1' 2>/dev/null; echo $?`);
    await on('pg1', 'pg_createcluster 17 main && systemctl start postgresql@17-main');
    await expect.poll(answers, { timeout: 20_000 }).toBe('1\n0');

    await succeed('break', 'freeze', 'pg1', '--program', 'postgres');
    expect(await broken()).toEqual(['postgres is frozen']);
    expect(await on('pg1', 'ps -o stat= -C postgres | cut -c1 | sort -u')).toBe('T');
    expect(await answers()).toBe('124');
    await expectHealed('pg1 goes on');
    expect(await answers()).toBe('1\n0');

    for (const [way, about] of [
      ['kill', 'was killed'],
      ['stop', 'is stopped'],
    ] as const) {
      await succeed('break', way, 'pg1', '--program', 'postgres');
      expect(await broken()).toEqual([`postgres ${about}`]);
      expect(await on('pg1', 'pgrep -c postgres')).toBe('0');
      await expectHealed(`pg1 runs ${unit} again`);
      await expect.poll(answers, { timeout: 20_000 }).toBe('1\n0');
    }
    expect((await lab('break', 'kill', 'pg1', '--program', 'haproxy', '--name', name)).exitCode).toBe(4);
    await on('pg1', 'pg_dropcluster --stop 17 main');
  });

  test('a host that is frozen stands still, and goes on where it was', async () => {
    await on('pg1', 'systemd-run --unit=count bash -c "while sleep 0.02; do echo >> /run/count; done"');
    const count = async (): Promise<number> => Number(await on('pg1', 'wc -l < /run/count'));
    await expect.poll(count).toBeGreaterThan(1);

    await succeed('break', 'freeze', 'pg1');
    const before = await count();
    expect((await lab('break', 'reboot', 'pg1', '--name', name)).exitCode).toBe(4);
    expect(await count()).toBe(before);

    await expectHealed('pg1 goes on');
    await expect.poll(count).toBeGreaterThan(before);
    await on('pg1', 'systemctl stop count');
  });

  test('a lab that was broken in several ways is whole again at once', async () => {
    await succeed('break', 'inbound', 'pg1');
    await succeed('break', 'cable', 'pg1');
    await succeed('break', 'power', 'control');
    expect((await lab('break', 'kill', 'control', '--program', 'etcd', '--name', name)).exitCode).toBe(4);
    expect((await lab('break', 'power', 'elsewhere', '--name', name)).exitCode).toBe(2);
    expect(await succeed('status')).toMatch(/control .*stopped.*\n.*pg1 .*cut off .*receives nothing/);

    await expectHealed('pg1 has its whole network again', 'pg1 plugged in', 'control started');

    expect(await reaches('control', 'pg1', 22)).toBe('0');
  });
}
