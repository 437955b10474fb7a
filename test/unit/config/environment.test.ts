import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  cacheDirectory,
  declinesColour,
  loginEnvironment,
  shortenNameLookups,
  pathWithGo,
  labEnvironment,
} from '../../../src/config/environment.ts';
import { shownPath } from '../../../src/config/shown-path.ts';

test('the agent and the home directory come from the session', () => {
  expect(loginEnvironment({ SSH_AUTH_SOCK: '/run/agent', HOME: '/home/ann' })).toEqual({
    agentSocket: '/run/agent',
    home: '/home/ann',
  });
});

test('a session without them has no agent, and the home directory of its user', () => {
  expect(loginEnvironment({ SSH_AUTH_SOCK: '', HOME: '' })).toEqual({
    agentSocket: undefined,
    home: homedir(),
  });
});

test.each([
  [{}, false],
  [{ NO_COLOR: '' }, false],
  [{ NO_COLOR: '1' }, true],
  [{ NO_COLOR: '0' }, true],
])('%j declines colour: %s', (env, answer) => {
  expect(declinesColour(env)).toBe(answer);
});

test('lookups of names are shortened, unless somebody chose how long they take', () => {
  const [bare, chosen] = [{ RES_OPTIONS: undefined }, { RES_OPTIONS: 'timeout:9' }];
  shortenNameLookups(bare);
  shortenNameLookups(chosen);

  expect(bare.RES_OPTIONS).toBe('timeout:1 attempts:2');
  expect(chosen.RES_OPTIONS).toBe('timeout:9');
});

test.each([
  [{}, { root: '/var/lib/dbctl-lab', mirror: undefined, owner: undefined }],
  [
    {
      DBCTL_LAB_DIR: '/srv/lab',
      DBCTL_LAB_MIRROR: 'http://mirror/debian',
      SUDO_UID: '1000',
      SUDO_GID: '100',
    },
    { root: '/srv/lab', mirror: 'http://mirror/debian', owner: { uid: 1000, gid: 100 } },
  ],
  [{ SUDO_UID: '1000', SUDO_GID: 'x' }, { owner: undefined }],
])('a lab takes from %j what it needs', (env, lab) => {
  expect(labEnvironment(env)).toMatchObject(lab);
});

test.each([
  ['below is short', join(process.cwd(), 'x', '.env.cluster'), join('x', '.env.cluster')],
  ['elsewhere is whole', '/nowhere/.env.cluster', '/nowhere/.env.cluster'],
  ['here itself is whole', process.cwd(), process.cwd()],
])('a path %s', (_reason, path, shown) => {
  expect(shownPath(path)).toBe(shown);
});

test('programs are kept in the cache of the user, wherever that is', () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: '/cache', HOME: '/home/ann' })).toBe('/cache/dbctl/programs');
  expect(cacheDirectory({ XDG_CACHE_HOME: 'cache', HOME: '/home/ann' })).toBe(
    '/home/ann/.cache/dbctl/programs',
  );
  expect(cacheDirectory({})).toBe(join(homedir(), '.cache/dbctl/programs'));
});

test('Go is also found where its own installer puts it, after everything in PATH', () => {
  expect(pathWithGo({ PATH: '/usr/bin:/bin' })).toBe('/usr/bin:/bin:/usr/local/go/bin');
  expect(pathWithGo({})).toBe('/usr/local/go/bin');
});
