import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCluster, parseCluster, readClusterText } from '../../../src/config/load.ts';
import { clusterOf, fileOf, problemsOf, temporaryFile } from '../../support/cluster-file.ts';

test('the least file makes a cluster of one node with every default', () => {
  const file = temporaryFile(fileOf());

  const cluster = loadCluster(file);

  expect(cluster).toMatchObject({
    name: 'shop',
    configuredPrimary: { name: 'pg1', host: '10.0.0.11', port: 5432 },
    nodes: [{ name: 'pg1', host: '10.0.0.11', port: 5432 }],
    probed: [{ name: 'pg1' }],
    control: { name: 'local', host: 'local' },
    allowedCidrs: [],
    postgres: { version: 17, database: 'shop', admin: { name: 'shop_admin' }, parameters: {} },
    backup: undefined,
    lagLimits: { warnSeconds: 2, maxSeconds: 5 },
    caCertificateFile: join(dirname(file), 'shop-ca.crt'),
    file,
  });
  expect(cluster.postgres.replication.password.reveal()).toBe('replication-password');
});

test('a cluster is frozen to its last leaf', () => {
  const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });

  expect(() => Object.assign(cluster.nodes[1]!, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(cluster.postgres.parameters, { port: '1' })).toThrow(TypeError);
  expect(Object.isFrozen(cluster.nodes)).toBe(true);
});

test('all problems are reported at once, in the order of the file, with the lines they are on', () => {
  const text = fileOf({
    CLUSTER_NAME: 'Shop',
    CLUSTER_DB_REPLICA_HOSTS: '10.0.0.12,10.0.0.12',
    POSTGRES_DB: undefined,
    POSTGRES_PASSWORD: 'ab#cdefghijkl',
    POSTGRES_APP_PASSWORD: 'short',
    POSTGRES_VERSON: '17',
  });

  expect(problemsOf(() => parseCluster(text, 'f'))).toMatchInlineSnapshot(`
    "f has 6 problems
    POSTGRES_DB is missing: The application's database.
    line 1: CLUSTER_NAME: expected lower-case letters, digits and -, starting with a letter, at most 31 characters, got "Shop"
    line 4: POSTGRES_PASSWORD: an unquoted # starts a comment and would cut the value; put the whole value in single quotes, or in double quotes or backticks when it contains one
    line 6: POSTGRES_APP_PASSWORD: expected at least 12 characters
    line 11: CLUSTER_DB_REPLICA_HOSTS: 10.0.0.12:5432 is given twice
    line 12: POSTGRES_VERSON is not a setting; did you mean POSTGRES_VERSION?"
  `);
});

test('the value of a secret is in no message', () => {
  const changes = {
    POSTGRES_PASSWORD: 'tinytinytiny',
    POSTGRES_SUPERUSER_PASSWORD: 'otherotherother',
    POSTGRES_APP_PASSWORD: '"hush\thush',
  };

  const problems = problemsOf(() => clusterOf(changes));

  expect(problems).toContain(
    'POSTGRES_PASSWORD and POSTGRES_SUPERUSER_PASSWORD (line 12) mean the same and disagree; keep one',
  );
  expect(problems).not.toMatch(/tiny|other|hush/);
});

test('paths start at the directory of the file, or at home', () => {
  const cluster = clusterOf({
    CLUSTER_SSH_KEY: '~/.ssh/id_ed25519',
    CLUSTER_SSH_KNOWN_HOSTS: 'lab/known_hosts',
    CLUSTER_CA_CERT: '/srv/ca.crt',
  });

  expect(cluster.ssh.keyFile).toBe(join(homedir(), '.ssh/id_ed25519'));
  expect(cluster.ssh.knownHostsFile).toBe('/etc/dbctl/lab/known_hosts');
  expect(cluster.caCertificateFile).toBe('/srv/ca.crt');
});

test.each([0o640, 0o604, 0o620, 0o644])('a file of mode %o is refused, with the chmod that helps', (mode) => {
  const file = temporaryFile(fileOf());
  chmodSync(file, mode);

  expect(() => loadCluster(file)).toThrow(
    expect.objectContaining({
      why: expect.stringContaining(`(mode 0${mode.toString(8)})`) as unknown,
      next: expect.arrayContaining([`chmod 600 ${file}`]) as unknown,
    }),
  );
});

test('a symbolic link to the file is followed', () => {
  const file = temporaryFile(fileOf());
  const link = `${file}.link`;
  symlinkSync(file, link);

  expect(loadCluster(link).name).toBe('shop');
});

test('what is no readable text file is refused without waiting for it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
  const fifo = join(directory, 'fifo');
  execFileSync('sh', ['-c', 'mkfifo "$0"', fifo]);
  const large = temporaryFile('');
  truncateSync(large, 100 * 1024 * 1024);
  const binary = temporaryFile('');
  writeFileSync(binary, Buffer.from([0x41, 0x3d, 0xff, 0xfe]));

  expect(() => readClusterText(fifo)).toThrow('is not a regular file');
  expect(() => readClusterText(directory)).toThrow('is not a regular file');
  expect(() => readClusterText('/dev/zero')).toThrow('is not a regular file');
  expect(() => readClusterText(large)).toThrow('is larger than 1024 KiB');
  expect(() => readClusterText(binary)).toThrow('is not UTF-8 text');
  expect(() => readClusterText(join(directory, 'none'))).toThrow('none does not exist');
});

test('a file is understood in less than 30 ms', () => {
  const file = temporaryFile(fileOf());

  const times = [1, 2, 3, 4, 5].map(() => {
    const start = performance.now();
    loadCluster(file);
    return performance.now() - start;
  });

  expect(Math.min(...times)).toBeLessThan(30);
});
