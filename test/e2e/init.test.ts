// From an empty directory to a login: what `dbctl init` writes is all that the next commands need.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'dotenv';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDbctl, startLab, type Finished, type Lab } from '../support/e2e.ts';
import { describeOnHosts, expectExit, patienceMs, roleOf, sqlAs } from '../support/story.ts';

const binary = new URL('../../bin/dbctl.js', import.meta.url).pathname;

describeOnHosts('a cluster from an empty directory', () => {
  let lab: Lab;
  let directory: string;
  let address: string;
  const dbctl = (...args: readonly string[]): Promise<Finished> => runDbctl(directory, args).end;
  const file = (): string => join(directory, '.env.cluster');

  beforeAll(async () => {
    lab = await startLab('init', '--hosts', 'pg1');
    address = lab.hosts()[0]!.address;
    directory = mkdtempSync(join(tmpdir(), 'dbctl-init-'));
  }, patienceMs);

  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await lab.down();
  });

  const init = async (...flags: readonly string[]): Promise<Finished> => {
    const access = join(lab.directory, '.lab', lab.name);
    const ssh = ['--ssh-key', join(access, 'id_ed25519'), '--known-hosts', join(access, 'known_hosts')];
    const machines = [address, '--control', address, '--repository', 'none', '--ssh-user', 'root'];
    const clients = ['--allow', lab.env['CLUSTER_ALLOWED_CIDRS']!];
    return dbctl('init', '--name', 'shop', ...machines, ...ssh, ...clients, ...flags);
  };

  test('of two that write the file at once, one does, and its file stays as it is', async () => {
    const runs = await Promise.all([init(), init()]);
    const text = readFileSync(file(), 'utf8');

    expect(runs.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
    expect(runs.filter(({ exitCode }) => exitCode === 4)).toHaveLength(1);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expectExit(await init('--name', 'other'), 4);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  test('what a message sends people to says what can stand in the file', async () => {
    const explained = await dbctl('config', 'explain');

    expectExit(explained, 0);
    expect(explained.stdout).toMatch(/^ *CLUSTER_SSH_KEY /m);
  });

  test('the file is enough for a primary, and its passwords log in', async () => {
    expectExit(await dbctl('init-primary'), 0);

    const written: Lab = { ...lab, env: parse(readFileSync(file())) };
    for (const kind of ['admin', 'writer', 'reader'] as const) {
      const answer = await sqlAs(written, kind, { from: 'pg1', to: 'pg1' }, 'select current_user;');
      expect(answer).toBe(roleOf(written, kind).name);
    }
  });

  test('the same cluster is found under the names that applications have', async () => {
    const env = parse(readFileSync(file()));
    const host = env['CLUSTER_DB_PRIMARY_HOST']!.split('=')[1]!;
    const login = `${env['POSTGRES_APP_USER']}:${encodeURIComponent(env['POSTGRES_APP_PASSWORD']!)}`;
    const replaced = /^(CLUSTER_DB_PRIMARY_HOST|POSTGRES_(DB|APP_USER|APP_PASSWORD|PASSWORD))$/;
    const lines = [
      ...Object.entries(env).filter(([name]) => !replaced.test(name)),
      ['PRIMARY_IP', env['CLUSTER_DB_PRIMARY_HOST']],
      ['PORT_DATABASE', '5432'],
      ['POSTGRES_SUPERUSER_PASSWORD', env['POSTGRES_PASSWORD']],
      ['DATABASE_URL', `postgresql://${login}@${host}:5432/${env['POSTGRES_DB']}`],
    ];
    const text = lines.map(([name, value]) => `${name}=${value}\n`).join('');
    writeFileSync(join(directory, 'application.env'), text, { mode: 0o600 });

    expectExit(await dbctl('probe', '-c', 'application.env'), 0);
    const shown = await dbctl('config', '-c', 'application.env');
    expect(shown.stdout).toContain('as DATABASE_URL');
    expect(shown.stdout).not.toContain(env['POSTGRES_APP_PASSWORD']);
  });

  test('at a terminal it asks, and again after a wrong answer', async () => {
    const answers = ['10.0.0.11 10.0.0.12', 'Shop', 'shop', 'root', '', '10.0.0.10', '', '', ''];
    const command = `${process.execPath} ${binary} init -c asked.env`;

    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: directory,
      input: answers.map((line) => `${line}\r`).join(''),
    });

    expect(stdout).toContain('got "Shop"');
    expect(parse(readFileSync(join(directory, 'asked.env')))).toMatchObject({
      CLUSTER_NAME: 'shop',
      CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
      CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
      BACKUP_REPOSITORY: 'posix',
    });
  });

  test('a key that cannot be written there comes from a file, as the refusal says', async () => {
    const key = `a'b"c\`d#e`;
    const flags = ['10.0.0.11', '--name', 'shop', '--ssh-user', 'root', '--allow', '10.0.1.0/24'];
    const store = ['--control', '10.0.0.10', '--repository', 's3', '--endpoint', '10.0.0.10:9000'];
    const rest = [
      '--bucket',
      'shop',
      '--region',
      'us-east-1',
      '--database',
      'shop',
      '--postgres-version',
      '17',
    ];
    const line = [process.execPath, binary, 'init', '-c', 'keys.env', ...flags, ...store, ...rest];
    const command = line.join(' ');

    const refused = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: directory,
      input: `an-id\r${key}\r`,
      reject: false,
    });

    expect(refused.exitCode).toBe(2);
    expect(refused.stdout).toContain('the value of MINIO_SECRET_KEY cannot be written');
    const advice = /put it into a file of mode 600, and name that: dbctl init (--secret-key-file) FILE/;
    const [, flag = ''] = advice.exec(refused.stdout) ?? [];
    writeFileSync(join(directory, 'key'), key, { mode: 0o600 });
    writeFileSync(join(directory, 'id'), 'an-id', { mode: 0o600 });
    const words = [...line.slice(2), flag, 'key', '--access-key-file', 'id'];
    expectExit(await dbctl(...words), 0);
    expectExit(await dbctl('config', '-c', 'keys.env'), 0);
    expect(readFileSync(join(directory, 'keys.env'), 'utf8')).not.toContain('a\'b"');
  });

  test('a file that Windows wrote is mended by the lines that the refusal says', async () => {
    const text = readFileSync(file(), 'utf8');
    const windows = join(directory, 'windows.env');
    writeFileSync(windows, `\u{FEFF}${text.replaceAll('\n', '\r\n')}`, { mode: 0o600 });

    const refused = await dbctl('config', '-c', 'windows.env');

    expectExit(refused, 2);
    const lines = [...refused.stderr.matchAll(/^→ (sed .*)$/gm)].map(([, line = '']) => line);
    expect(lines.map((line) => line.replace(/ \S+$/, ''))).toEqual([
      String.raw`sed -i '1s/^\xef\xbb\xbf//'`,
      String.raw`sed -i 's/\r$//'`,
    ]);
    for (const line of lines) await execa('sh', ['-c', line], { cwd: directory });
    expect(readFileSync(windows, 'utf8')).toBe(text);
    expectExit(await dbctl('config', '-c', 'windows.env'), 0);
  });

  test('an older Node is named, with how to see which one is found and how to use another', async () => {
    const older = join(directory, 'older.cjs');
    writeFileSync(
      older,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } });`,
    );

    const refused = await execa(process.execPath, ['--require', older, binary, 'config'], {
      cwd: directory,
      reject: false,
    });

    expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('dbctl needs Node 20.19 or later, and this is Node 18.19.0');
    const [, look = ''] = /^→ see which node is found, also under sudo: (.*?);/m.exec(refused.stderr) ?? [];
    const found = await execa('sh', ['-c', look], { env: { PATH: dirname(process.execPath) } });
    expect(found.stdout).toBe(process.execPath);
    const [, line = ''] = /name it: \/path\/to\/node (.*)$/m.exec(refused.stderr) ?? [];
    const used = await execa('sh', ['-c', `${found.stdout} ${line} config`], { cwd: directory });
    expect(used.stdout).toContain('CLUSTER_NAME');
  });
});
