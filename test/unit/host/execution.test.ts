import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { privileged } from '../../../src/host/execution.ts';

const run = (argv: readonly string[], env: NodeJS.ProcessEnv): string => {
  const [program = '', ...words] = privileged(argv, undefined, 'root');
  return execFileSync(program, words, { encoding: 'utf8', env });
};

test('of the environment that it is started in, a command keeps the proxies and who logged in', () => {
  const seen = run(['env'], {
    PGUSER: 'app_writer',
    PGSERVICE: 'shop',
    TAR_OPTIONS: '--exclude=*',
    TZ: 'Asia/Tokyo',
    HOME: '/root',
    PATH: '/nowhere',
    https_proxy: 'http://10.0.0.1:3128/ "$HOME"',
    SSH_CLIENT: '10.0.0.9 50000 22',
  });

  expect(seen.split('\n').toSorted()).toEqual([
    '',
    'LC_ALL=C',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'SSH_CLIENT=10.0.0.9 50000 22',
    'https_proxy=http://10.0.0.1:3128/ "$HOME"',
  ]);
});

test('what a command makes can be read by other accounts, whatever the umask of the login', () => {
  const [program = '', ...words] = privileged(['sh', '-c', 'umask'], undefined, 'root');
  const strict = ['-c', 'umask 077; exec "$@"', 'sh', program, ...words];

  expect(execFileSync('sh', strict, { encoding: 'utf8' })).toBe('0022\n');
});

test('sudo is asked for root alone; another account is become from there', () => {
  const argv = privileged(['id'], 'postgres', 'sudoer');

  expect(argv.slice(0, 6)).toEqual(['/usr/bin/sudo', '-n', '-u', 'root', '--', '/bin/sh']);
  expect(argv.slice(-6)).toEqual([
    'setpriv',
    '--reuid=postgres',
    '--regid=postgres',
    '--init-groups',
    '--',
    'id',
  ]);
});
