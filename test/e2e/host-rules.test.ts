// Hosts with rules of their own: what sudo allows, what the environment says, how packages are managed.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectWalArrives } from '../support/backup-story.ts';
import type { Lab } from '../support/e2e.ts';
import { expectClear, expectStreaming, settled } from '../support/faults.ts';
import { offered } from '../support/package-source.ts';
import { startCluster } from '../support/saved-cluster.ts';
import { describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';
import { stopwatch } from '../support/stopwatch.ts';

const hosts = ['control', 'pg1', 'pg2'];

/** As if an older one of this package were installed. */
const older = (name: string, version: string): string =>
  `sed -i '/^Package: ${name}$/,/^$/s/^Version: .*/Version: ${version}/' /var/lib/dpkg/status`;

const brokenSource = 'deb [trusted=yes] file:/nowhere nosuchsuite main';

/** Holds a lock as apt does, for some seconds. */
const holdLock = `use Fcntl; open F, ">>", $ARGV[0] or die; my $l = pack("ssx4qqi", F_WRLCK, 0, 0, 0, 0);
  fcntl(F, F_SETLK, $l) or die; sleep $ARGV[1];`;

/** Of a DBA's convenience: another role, another place, another time zone. */
const environment = `PGUSER=app_writer
PGHOSTADDR=10.77.0.99
PGPORT=1
PGDATABASE=nowhere
PGSERVICE=shop
PGOPTIONS="-c work_mem=1"
PGBACKREST_STANZA=other
TAR_OPTIONS=--help
TZ=Asia/Tokyo
`;

describeOnHosts('hosts with rules of their own', () => {
  let lab: Lab;
  const newestLog = () => {
    const logs = join(lab.directory, '.state', 'dbctl', lab.env['CLUSTER_NAME']!);
    return readFileSync(join(logs, readdirSync(logs).toSorted().at(-1)!), 'utf8');
  };
  const sudoers = (host: string, rule: string) =>
    lab.shell(host, 'cat > /etc/sudoers.d/dbctl-lab', `${rule}\n`);

  beforeAll(async () => {
    lab = await startCluster('host-rules', 'backups');
    lab.configure({ CLUSTER_SSH_USER: 'admin' });
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test.each([
    ['some commands alone', 'admin ALL=(root) NOPASSWD: /usr/bin/true, /usr/bin/apt-get'],
    ['another account alone', 'admin ALL=(postgres) NOPASSWD: ALL'],
    ['terminals alone', 'Defaults requiretty\nadmin ALL=(ALL) NOPASSWD: ALL'],
  ])('an account that sudo allows %s is refused at the login, with what it lacks', async (_which, rule) => {
    await sudoers('pg2', rule);

    const refused = await lab.dbctl('up');

    expectClear(lab, refused, 3, 'admin cannot become root');
    const [, line = ''] = /^→ on the host, as root: (.*)$/m.exec(refused.stderr) ?? [];
    await lab.shell('pg2', line);
    await succeed(lab, 'status');
    await lab.shell('pg2', 'rm /etc/sudoers.d/zz-dbctl');
    const [, name = '', root] =
      /^→ or log in as root: (CLUSTER_SSH_USER)=(root)$/m.exec(refused.stderr) ?? [];
    lab.configure({ [name]: root });
    await succeed(lab, 'status');
    lab.configure({ [name]: 'admin' });
  });

  test('an account that may become root, and nobody else, is enough', async () => {
    for (const host of hosts) await sudoers(host, 'admin ALL=(root) NOPASSWD: ALL');
    await sudoers('pg2', 'Defaults secure_path=/usr/bin:/bin, umask=0077\nadmin ALL=NOPASSWD: ALL');
    lab.configure({ POSTGRES_CONF_work_mem: '5MB' });

    await succeed(lab, 'doctor');
    await succeed(lab, 'up');

    expect(await lab.sql('pg2', 'show work_mem')).toBe('5MB');
    await settled(lab, 'up');
  });

  test('an account whose shell reads no commands is named, with the line that gives it another', async () => {
    await lab.shell('pg2', 'chsh -s /usr/bin/perl admin');

    const refused = await lab.dbctl('up');

    expectClear(lab, refused, 3, 'the login shell of admin on');
    await lab.shell('pg2', /^→ give the account a plain shell: (.*)$/m.exec(refused.stderr)![1]!);
    await succeed(lab, 'status');
  });

  test('an sshd with one session, on another port, without terminals and tunnels, is enough', async () => {
    const sshd =
      'Port 2222\nMaxSessions 1\nPermitTTY no\nAllowTcpForwarding no\nAllowAgentForwarding no\nBanner /etc/os-release\n';
    const file = lab.env['CLUSTER_SSH_KNOWN_HOSTS']!;
    const known = readFileSync(file, 'utf8');
    writeFileSync(file, known.replaceAll(/^(\d[\d.]*) (.*)$/gm, '$1 $2\n[$1]:2222 $2'));
    for (const host of hosts) {
      await lab.shell(host, 'cat > /etc/ssh/sshd_config.d/00-hard.conf', sshd);
      await lab.shell(host, 'systemctl disable -q --now ssh.socket 2>/dev/null; systemctl restart ssh');
    }
    lab.configure({ CLUSTER_SSH_PORT: '2222' });

    await succeed(lab, 'doctor');
    await succeed(lab, 'reload');
    await succeed(lab, 'status');

    for (const host of hosts)
      await lab.shell(host, 'rm /etc/ssh/sshd_config.d/00-hard.conf && systemctl restart ssh');
    lab.configure({ CLUSTER_SSH_PORT: undefined });
  });

  test('a package on hold is an installed one', async () => {
    await lab.shell('pg2', 'apt-mark hold postgresql-17 pgbackrest');

    await succeed(lab, 'doctor');
    await succeed(lab, 'up');
    await settled(lab, 'up');
  });

  test('what the environment of hosts and of the operator says changes nothing', async () => {
    for (const host of hosts) {
      await lab.shell(host, 'cat >> /etc/environment', environment);
      await lab.shell(
        host,
        'systemctl set-environment PGUSER=app_writer PGHOSTADDR=10.77.0.99 PGSERVICE=shop',
      );
      await sudoers(host, 'Defaults env_keep += "PG*"\nadmin ALL=(root) NOPASSWD: ALL');
    }
    Object.assign(process.env, { PGUSER: 'nobody', PGHOSTADDR: '10.77.0.99', PGSERVICE: 'shop' });
    // What the server itself is started with, and with it what archives its WAL.
    await lab.shell(
      'pg1',
      "printf 'PGUSER = nobody\nPGBACKREST_STANZA = other\n' >> /etc/postgresql/17/main/environment",
    );
    await lab.shell('pg1', 'systemctl restart postgresql@17-main');
    await expectWalArrives(lab);
    lab.configure({ POSTGRES_CONF_work_mem: '6MB' });

    await succeed(lab, 'doctor');
    await succeed(lab, 'reinit', 'pg2', '--yes');
    await succeed(lab, 'up');

    await expectStreaming(lab, 'pg2');
    expect(await lab.sql('pg1', 'show work_mem')).toBe('6MB');
    await succeed(lab, 'probe', '--wait', '20s');
    await succeed(lab, 'backup', 'run', '--type', 'diff');
    await settled(lab, 'up');
  });

  test('nothing is stopped before all that a new copy needs is there', async () => {
    const { POSTGRES_CONF_work_mem: kept } = lab.env;
    lab.configure({ POSTGRES_CONF_work_mem: 'much' });

    expectClear(lab, await lab.dbctl('reinit', 'pg2', '--yes'), 4, 'work_mem');

    lab.configure({ POSTGRES_CONF_work_mem: kept });
    await expectStreaming(lab, 'pg2');
  });

  test('a host that manages its packages is waited for, and a broken source of another is passed over', async () => {
    await lab.shell(
      'pg2',
      `apt-mark unhold pgbackrest && echo '${brokenSource}' > /etc/apt/sources.list.d/old.list`,
    );
    await lab.shell('pg2', `${offered('pgbackrest')}; dpkg -r pgbackrest`);
    await lab.shell('pg2', 'echo pgbackrest hold | dpkg --set-selections');
    const held = await lab.dbctl('up');
    expectClear(lab, held, 4, 'the package pgbackrest is on hold on pg2, and not installed');
    const [, unhold = ''] = /^→ let it be installed, on pg2: (.*)$/m.exec(held.stderr) ?? [];
    await lab.shell('pg2', `${unhold} && rm -f /var/lib/apt/lists/*_Packages`);
    await lab.shell('pg2', 'cat > /root/hold.pl', holdLock);
    const locks = ['/var/lib/dpkg/lock-frontend', '/var/lib/apt/lists/lock'];
    for (const [index, lock] of locks.entries())
      await lab.shell('pg2', `systemd-run -q -u holder${index} perl /root/hold.pl ${lock} 300`);

    const running = lab.start('up');
    for (const [index, lock] of locks.entries()) {
      const waits = new RegExp(
        String.raw`waiting for another process that manages packages: \d+ \S*perl \S+ ${lock}`,
      );
      await expect.poll(newestLog, { timeout: 60_000 }).toMatch(waits);
      await lab.shell('pg2', `systemctl stop holder${index}`);
    }

    const finished = await running.end;
    expectExit(finished, 0);
    expect(finished.stderr).toContain('install pgbackrest, pass over a package source: E: ');
    await lab.shell('pg2', 'command -v pgbackrest');
    await settled(lab, 'up');
  });

  test('another version on one host is named, and the same one is installed as the advice says', async () => {
    await lab.shell('pg2', offered('postgresql-17'));
    // Its own words, and those of dpkg, are all that says which one it is.
    const old = '/usr/bin/pgbackrest';
    await lab.shell(
      'pg2',
      `printf '#!/bin/sh\necho pgBackRest 2.0\n' >/root/old && install /root/old ${old}`,
    );
    await lab.shell('pg2', `${older('pgbackrest', '2.0-1')}; ${older('postgresql-17', '17.0-1')}`);

    const doctor = await lab.dbctl('doctor', '-o', 'json');
    expectExit(doctor, 4);
    const refused = await lab.dbctl('backup', 'setup');
    expectClear(lab, refused, 4, 'the hosts have different versions of pgBackRest');
    const [, line = ''] =
      /^→ install the same version on all of them, from the same package sources: (.*)$/m.exec(
        refused.stderr,
      ) ?? [];
    await lab.shell('pg2', line, 'y\n');
    for (const [, said = ''] of doctor.stdout.matchAll(
      /install the same version on all of them: (apt-get [^"]*)"/g,
    ))
      await lab.shell('pg2', said, 'y\n');

    const { stdout } = await succeed(lab, 'doctor');
    expect(stdout).not.toMatch(/versions? of .* differ/);
    expect(await lab.shell('pg2', 'dpkg-query -W postgresql-17')).toBe(
      await lab.shell('pg1', 'dpkg-query -W postgresql-17'),
    );
    await expectStreaming(lab, 'pg2');
    await settled(lab, 'up');
  });

  test('a replica that does not replay WAL is passed over by every backup, and told of', async () => {
    // pgBackRest waits a minute otherwise.
    await lab.shell('control', 'systemctl set-environment PGBACKREST_ARCHIVE_TIMEOUT=3');
    await lab.sql('pg2', 'select pg_wal_replay_pause()');
    await lab.sql('pg1', 'create table more as select 1');

    const made = await succeed(lab, 'backup', 'run', '--type', 'diff', '-o', 'json');
    await lab.shell('control', `systemctl start dbctl-backup-${lab.env['CLUSTER_NAME']}-incr`);
    const checked = await lab.dbctl('backup', 'check', '-o', 'json');

    const passedOver = expect.stringContaining('[082]');
    expect(JSON.parse(made.stdout)).toMatchObject({ backup: { from: 'primary', passedOver } });
    expectExit(checked, 1);
    expect(checked.stdout).toContain('the last backup passed over a server');
    const { findings } = JSON.parse(checked.stdout) as { findings: { check: string; next?: string[] }[] };
    const [advice = ''] = findings.find(({ check }) => check === 'replay')?.next ?? [];
    const [, resume = ''] = /^resume it, on pg2: (.*)$/.exec(advice) ?? [];
    await lab.shell('pg2', `cd / && ${resume}`);
    const again = await succeed(lab, 'backup', 'run', '-o', 'json');
    expect(JSON.parse(again.stdout)).toMatchObject({ backup: { from: 'replica', passedOver: null } });
    expectExit(await lab.dbctl('backup', 'check'), 0);
  });

  test('so is one whose server is frozen, within seconds', async () => {
    const servers = '$(head -n 1 /var/lib/postgresql/17/main/postmaster.pid)';
    await lab.shell('pg2', `kill -STOP ${servers}`);
    const elapsed = stopwatch();

    const made = await lab.dbctl('backup', 'run', '-o', 'json');
    const seconds = elapsed();
    await lab.shell('pg2', `kill -CONT ${servers}`);

    expectExit(made, 0);
    const passedOver = expect.stringContaining('accepts connections and does not answer');
    expect(JSON.parse(made.stdout)).toMatchObject({ backup: { from: 'primary', passedOver } });
    expect(seconds).toBeLessThan(90);
    await succeed(lab, 'backup', 'run');
    expectExit(await lab.dbctl('backup', 'check'), 0);
  });
});
