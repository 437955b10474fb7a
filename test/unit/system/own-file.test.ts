import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { contentOf, ownFile, type OwnFile } from '../../../src/system/own-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { plan, run } from '../../support/shop.ts';

const file: OwnFile = { path: '/etc/dbctl/x', content: 'new\n', owner: 'postgres:postgres', mode: 0o640 };
const asWanted = { content: 'new\n', owner: 'postgres:postgres', mode: 0o640 };

test.each([
  ['its content', { ...asWanted, content: 'old\n' }, 'update /etc/dbctl/x'],
  ['only a line break at its end', { ...asWanted, content: 'new' }, 'update /etc/dbctl/x'],
  ['its owner', { ...asWanted, owner: 'root:root' }, 'give /etc/dbctl/x to postgres:postgres'],
  ['its mode', { ...asWanted, mode: 0o644 }, 'set /etc/dbctl/x to mode 640'],
  ['everything', { content: '', owner: 'root:root', mode: 0 }, 'update /etc/dbctl/x'],
])('a file that differs in %s is made as wanted', async (_reason, found, change) => {
  const { host, disk } = fakeHost({ [file.path]: found });

  expect((await run(ownFile('Own', file), host)).changes).toEqual([change]);
  expect(disk.get(file.path)).toEqual(asWanted);
});

test.each([
  ['for everybody to read', 'new', 0o644],
  ["root's alone when it is a secret", new Secret('new'), 0o600],
])('a file whose owner nobody names is %s', async (_, content, mode) => {
  const { host, disk } = fakeHost();

  await run(ownFile('Own', { path: '/x', content }), host);

  expect(disk.get('/x')).toEqual({ content: 'new', owner: 'root:root', mode });
});

test('a file that is missing is written, then left alone', async () => {
  const { host, disk } = fakeHost();
  const step = ownFile('Own', file);

  expect(await plan(step, host)).toEqual({ status: 'planned', changes: ['write /etc/dbctl/x'] });
  expect(disk.size).toBe(0);
  expect((await run(step, host)).status).toBe('changed');
  expect((await run(step, host)).status).toBe('in place');
});

test('a secret never shows in what is said', async () => {
  const { host, disk } = fakeHost({ [file.path]: { ...asWanted, content: 'old password\n' } });
  const step = ownFile('Own', { ...file, content: new Secret('new password\n') });
  const notes: string[] = [];

  const { changes } = await run(step, host, notes);

  expect([...changes, ...notes, JSON.stringify(step)].join()).not.toContain('password');
  expect(disk.get(file.path)?.content).toBe('new password\n');
});

test('content may depend on the host', async () => {
  const { host } = fakeHost({}, {}, 'pg7');
  const named: OwnFile = { ...file, content: async ({ name }) => `I am ${name}\n` };

  expect(await contentOf(named, host)).toBe('I am pg7\n');
  expect((await run(ownFile('Own', named), host)).status).toBe('changed');
});

test('a sealed file that somebody changed is named as edited by hand, with its lines', async () => {
  const step = ownFile('Own', { ...file, isSealed: true, isShown: true });
  const { host, disk } = fakeHost();
  await run(step, host);
  const written = disk.get(file.path)!;
  disk.set(file.path, { ...written, content: `by hand\n${written.content}` });

  expect((await plan(step, host)).changes).toEqual(['update /etc/dbctl/x, which was edited by hand']);
  expect(await step.detail?.(host)).toEqual(['- by hand']);
});

test.each([
  ['a secret', { content: new Secret('key'), isShown: true }],
  ['what was not declared free of secrets', { content: 'key' }],
])('the lines of %s are never shown', async (_what, content) => {
  const step = ownFile('Own', { ...file, ...content });

  expect(await step.detail?.(fakeHost({ [file.path]: 'old key' }).host)).toEqual([]);
});
