// Hostile values, in the file and on the command line, are refused before dbctl connects to anything.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { runDbctl, type Finished } from '../support/e2e.ts';
import { hostileTexts, oddTexts } from '../support/hostile.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-hostile-'));
const mark = join(directory, 'pwned');
const texts = hostileTexts(mark);
/** Texts that a line of .env.cluster can hold; a line break makes two lines of one. */
const lines = [...texts, ...oddTexts].filter((text) => !/[\r\n]/.test(text));
const pathTexts = [
  `$(touch ${mark})`,
  `-oProxyCommand=touch ${mark}`,
  `a;touch ${mark}`,
  '%h%r',
  '~root/x',
  '\u001b[31mred',
  '../x',
];
/** Settings that are names, addresses and numbers. */
const narrow = [
  ...['CLUSTER_NAME', 'CLUSTER_DB_PRIMARY_HOST', 'CLUSTER_DB_REPLICA_HOSTS', 'CLUSTER_DB_HOSTS'],
  ...['CLUSTER_CONTROL_HOST', 'CLUSTER_ALLOWED_CIDRS', 'CLUSTER_SSH_USER', 'CLUSTER_SSH_PORT'],
  ...['POSTGRES_VERSION', 'POSTGRES_PORT', 'POSTGRES_DB', 'POSTGRES_USER', 'POSTGRES_APP_USER'],
  ...['POSTGRES_READONLY_USER', 'POSTGRES_REPLICATION_USER', 'WARN_REPLICA_LAG', 'MAX_REPLICA_LAG'],
];
const paths = ['CLUSTER_SSH_KEY', 'CLUSTER_SSH_KNOWN_HOSTS', 'CLUSTER_CA_CERT'];
const secrets = [
  'POSTGRES_PASSWORD',
  'POSTGRES_APP_PASSWORD',
  'POSTGRES_READONLY_PASSWORD',
  'POSTGRES_REPLICATION_PASSWORD',
];

describe('hostile values', () => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.concurrent.for(lines.map((text) => ({ text })))(
    '$text is refused for every narrow setting at once',
    async ({ text }) => {
      const values = Object.fromEntries(narrow.map((name) => [name, written(text)]));

      const finished = await run(values, 'init-primary');

      expectRefused(finished);
      const named = narrow.filter((name) => new RegExp(`\\b${name}\\b`).test(finished.stderr));
      expect(named, finished.stderr).toEqual(narrow);
    },
  );

  test.concurrent.for(narrow.map((setting) => ({ setting })))(
    '$setting alone is enough to refuse',
    async ({ setting }) => {
      const values = { [setting]: written(`$(touch ${mark})`) };

      expectRefused(await run(values, 'add-replica', 'pg2'));
      expectRefused(await run(values, 'probe'), 3);
    },
  );

  test.concurrent.for([
    '0',
    '-1',
    '65536',
    '99999999999999999999',
    '22;id',
    '0x16',
    '1e3',
    ' 22 ',
    '+22',
    '5_432',
    '٢٢',
    '2.5',
  ])('%s is no port and no version', async (text) => {
    const numbers = ['CLUSTER_SSH_PORT', 'POSTGRES_PORT', 'POSTGRES_VERSION'];
    const values = Object.fromEntries(numbers.map((name) => [name, `'${text}'`]));

    const finished = await run(
      { ...values, CLUSTER_DB_PRIMARY_HOST: `'pg1=127.0.0.2:${text}'` },
      'init-primary',
    );

    expectRefused(finished);
    const named = [...numbers, 'CLUSTER_DB_PRIMARY_HOST'].filter((name) =>
      finished.stderr.includes(`${name}:`),
    );
    expect(named).toHaveLength(4);
  });

  test.concurrent('a line break in any setting is refused', async () => {
    for (const text of [`a\ntouch ${mark}`, 'postgres\nStrictHostKeyChecking no', 'a\rb']) {
      for (const setting of [
        'CLUSTER_DB_PRIMARY_HOST',
        'CLUSTER_SSH_USER',
        'CLUSTER_SSH_KEY',
        'POSTGRES_PASSWORD',
      ]) {
        expectRefused(await run({ [setting]: `'${text}'` }, 'init-primary'));
      }
    }
  });

  test.concurrent('a password with a line break, a NUL or nothing in its file is refused, and not shown', async () => {
    for (const [index, text] of [
      'a long password\nand more',
      'a long\0password',
      '',
      'a long password\r\n\r\n',
    ].entries()) {
      const file = join(directory, `secret-${index}`);
      writeFileSync(file, text, { mode: 0o600 });
      const finished = await run({ POSTGRES_PASSWORD: '', POSTGRES_PASSWORD_FILE: file }, 'init-primary');

      expectRefused(finished);
      expect(finished.stderr).not.toContain('a long');
    }
  });

  test.concurrent.for(paths.map((setting) => ({ setting })))(
    '$setting is a path and nothing more',
    async ({ setting }) => {
      for (const text of pathTexts) {
        const finished = await run(
          { [setting]: written(text) },
          setting === 'CLUSTER_CA_CERT' ? 'probe' : 'status',
        );

        expect([2, 3], finished.stderr).toContain(finished.exitCode);
        expectHarmless(finished.stdout + finished.stderr);
      }
    },
  );

  test.concurrent.for([
    ['POSTGRES_CONF_data_directory', '/tmp'],
    ['POSTGRES_CONF_fsync', 'off'],
    ['POSTGRES_CONF_restore_command', 'touch /tmp/x'],
    ['POSTGRES_CONF_ssl', 'off'],
    ['POSTGRES_CONF_a;b', '1'],
    ["POSTGRES_CONF_a'b", '1'],
    ['POSTGRES_CONF___proto__', 'x\u0007'],
    ['LD_PRELOAD', '/tmp/evil.so'],
    ['NODE_OPTIONS', '--require=/tmp/evil.js'],
    ['CLUSTER_DB_PRIMRY_HOST', '127.0.0.2'],
    ['__proto__', 'x'],
  ])('%s is refused as a setting', async ([name, value]) => {
    expectRefused(await run({ [name!]: value! }, 'init-primary'));
  });

  test.concurrent.for(texts.map((text) => ({ text })))('add-replica refuses $text', async ({ text }) => {
    expectRefused(await run({}, 'add-replica', '--', 'pg2', text));
  });

  const commandLines = [
    ['add-replica', '-oProxyCommand=touch MARK'],
    ['logs', '--', '-oProxyCommand=touch MARK'],
    ['logs', '$(touch MARK)'],
    ['logs', 'pg1', '-n', '$(touch MARK)'],
    ['logs', 'pg1', '-n', '1; touch MARK'],
    ['render', '../../etc/passwd'],
    ['render', 'pg_hba.conf', '$(touch MARK)'],
    ['init-primary', '$(touch MARK)'],
    ['init-primary', '-c', '$(touch MARK)'],
    ['init-primary', '-c', '/dev/zero'],
    ['init-primary', '-c', '/'],
    ['init-primary', '--config=-oProxyCommand=touch MARK'],
    ['init-primary', '-o', '$(touch MARK)'],
    ['add-replica', 'pg4=$(touch MARK)'],
    ['add-replica', '0x7f000002'],
    ['add-replica', '127.2'],
    ['lab', 'up', '--name', '$(touch MARK)'],
    ['lab', 'up', '--name', '../../../tmp/x'],
    ['lab', 'up', '--dir', 'NEW', '--name', 'e2e-hostile', '--hosts', 'pg1,$(touch MARK)'],
    ['lab', 'up', '--dir', 'NEW', '--name', 'e2e-hostile', '--hosts=-oProxyCommand=touch MARK'],
    ['lab', 'up', '--dir', 'NEW', '--name', 'e2e-hostile', '--network', '$(touch MARK)'],
    ['lab', 'up', '--dir', 'NEW', '--name', 'e2e-hostile', '--network', '0.0.0.0/0'],
    ['lab', 'up', '--release', '$(touch MARK)'],
    ['lab', 'down', '--name', '../../../etc'],
    ['lab', 'down', '--name', '$(touch MARK)'],
    ['lab', 'ssh', '--name', '$(touch MARK)', 'pg1'],
    ['lab', 'status', '--name', '\u001b[31m../x'],
    ['\u001b[31mred'],
    ['$(touch MARK)'],
  ];
  test.concurrent.for(commandLines.map((words) => ({ words })))(
    'dbctl $words is refused',
    async ({ words }) => {
      const place = mkdtempSync(join(directory, 'lab-'));
      const args = words.map((word) => word.replaceAll('MARK', mark).replaceAll('NEW', place));

      expectRefused(await run({}, ...args));
    },
  );

  test.concurrent.for([
    ['--timeout', '1;touch MARK'],
    ['--wait', '-1'],
    ['-o', '$(touch MARK)'],
  ])('probe does not understand %s %s, so the state of the cluster is UNKNOWN', async (args) => {
    expectRefused(await run({}, 'probe', ...args.map((word) => word.replaceAll('MARK', mark))), 3);
  });

  test.concurrent('probe calls a file that it cannot read UNKNOWN, and connects to nothing', async () => {
    mkdirSync(join(directory, 'folder'));
    for (const file of [
      `$(touch ${mark})`,
      `-oProxyCommand=touch ${mark}`,
      '/dev/zero',
      '/proc/self/mem',
      join(directory, 'folder'),
    ]) {
      expectRefused(await run({}, 'probe', `--config=${file}`), 3);
    }
  });

  // Other systems have no 127.0.0.2.
  test.skipIf(process.platform !== 'linux')(
    'while a file without them does lead to a connection',
    async () => {
      const finished = await run({}, 'init-primary');

      expect(finished.exitCode, finished.stderr).toBe(3);
      expect(finished.connections).toBeGreaterThan(0);
    },
  );
});

interface Attempt extends Finished {
  /** How often something was connected to that the file names. */
  readonly connections: number;
}

/** Runs dbctl on a file whose hosts all lead to a listener, with some settings changed. */
async function run(changed: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Attempt> {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  listener.listen(0, '0.0.0.0');
  await once(listener, 'listening');
  const place = mkdtempSync(join(directory, 'run-'));
  const values = { ...leadingTo((listener.address() as AddressInfo).port), ...changed };
  const content = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(place, '.env.cluster'), content.join(''), { mode: 0o600 });
  const finished = await runDbctl(place, args).end;
  listener.close();
  return { ...finished, connections };
}

/** Settings whose hosts lead to a port of this machine, for SSH and for PostgreSQL. */
const leadingTo = (port: number): Readonly<Record<string, string>> => ({
  CLUSTER_NAME: 'hostile',
  CLUSTER_DB_PRIMARY_HOST: 'pg1=127.0.0.2',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=127.0.0.3',
  CLUSTER_CONTROL_HOST: 'control=127.0.0.4',
  CLUSTER_SSH_USER: 'root',
  CLUSTER_SSH_PORT: String(port),
  POSTGRES_PORT: String(port),
  POSTGRES_DB: 'app',
  POSTGRES_USER: 'app_admin',
  POSTGRES_APP_USER: 'app_writer',
  POSTGRES_READONLY_USER: 'app_reader',
  POSTGRES_REPLICATION_USER: 'replicator',
  ...Object.fromEntries(secrets.map((name, index) => [name, `a long password ${index}`])),
});

function expectRefused({ exitCode, stdout, stderr, connections }: Attempt, wanted = 2): void {
  expect(exitCode, `${stdout}\n${stderr}`).toBe(wanted);
  expect(connections, stderr).toBe(0);
  expectHarmless(stdout + stderr);
}

/** Nothing was run, nothing steers the terminal, and no stack is shown. */
function expectHarmless(said: string): void {
  expect(existsSync(mark), said).toBe(false);
  expect(said).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  expect(said).not.toContain('    at ');
}

/** A value between the first kind of quotes that it does not contain. */
const written = (text: string): string => {
  const quote = [`'`, `"`, '`'].find((one) => !text.includes(one))!;
  return `${quote}${text}${quote}`;
};
