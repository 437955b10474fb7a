import { expect, test } from 'vitest';
import { guardedHost } from '../../../src/host/with-hosts.ts';
import { action, query } from '../../../src/host/command.ts';
import { fakeHost } from '../../support/fake-host.ts';

const file = { owner: 'root:root', mode: 0o600 };
const hello = query(['echo', 'hello'], (stdout) => stdout);

test('a guarded host is looked at as ever, and changed only when that is agreed to', async () => {
  const { host, disk, ran } = fakeHost({ '/a': 'x' }, { 'echo hello': 'hello' });
  const guarded = guardedHost(host, () => Promise.reject(new Error('no more')));

  expect(guarded.name).toBe('pg1');
  expect(await guarded.ask(hello)).toBe('hello');
  expect(await guarded.readFile('/a')).toMatchObject({ content: 'x' });
  await expect(guarded.run(action(['reboot']))).rejects.toThrow('no more');
  await expect(guarded.writeFile('/b', 'x', file)).rejects.toThrow('no more');
  await expect(guarded.sendFile('package.json', '/c', file)).rejects.toThrow('no more');
  expect([...disk.keys()]).toEqual(['/a']);
  expect(ran).toEqual([]);
});

test('with consent it is changed as ever', async () => {
  const { host, disk, ran } = fakeHost();
  const guarded = guardedHost(host, () => Promise.resolve());

  await guarded.run(action(['true']));
  await guarded.writeFile('/b', 'x', file);
  await guarded.sendFile('package.json', '/c', file);

  expect([...disk.keys()]).toEqual(['/b', '/c']);
  expect(ran).toEqual(['true']);
});
