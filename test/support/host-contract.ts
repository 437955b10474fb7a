// What every Host must do. The fake, the local and the SSH one pass the same tests, so unit tests can trust the fake.

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { Secret } from '../../src/model/secret.ts';
import { action, loneQuery, query } from '../../src/host/command.ts';

/** The account that the tests run as, which may own files without being root. */
export const me = {
  owner: `${userInfo().username}:${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`,
  isRoot: process.getuid?.() === 0,
};

const awkward = [
  '',
  ' two  words ',
  `it's "quoted"`,
  '$(id) `id` $HOME ${HOME}',
  String.raw`\\ \n \' "\$`,
  'a;b|c&d>e<f',
  '*?[a-z]{1,2}~!#%^',
  'line one\nline two\n',
  'tab\tand\rreturn',
  '-oProxyCommand=id',
  'üñí ☃',
];

export function hostContract(kind: string, host: Host, directory: string): void {
  const file = (name: string): string => `${directory}/${kind}-${name}`;

  describe(`the ${kind} host`, () => {
    test('a missing file is undefined, not an error', async () => {
      expect(await host.readFile(file('missing'))).toBeUndefined();
    });

    test('what is written is what is read, with its owner and mode', async () => {
      const path = file(`it's a "file" $HOME`);
      const content = `password = 'a#b $(reboot)'\n\n`;

      await host.writeFile(path, content, { owner: me.owner, mode: 0o640 });

      expect(await host.readFile(path)).toEqual({ content, owner: me.owner, mode: 0o640 });
    });

    test('an empty file is not a missing file', async () => {
      await host.writeFile(file('empty'), '', { owner: me.owner, mode: 0o600 });
      expect(await host.readFile(file('empty'))).toMatchObject({ content: '' });
    });

    test('writing again replaces content and mode', async () => {
      await host.writeFile(file('again'), 'a long first content\n', { owner: me.owner, mode: 0o644 });
      await host.writeFile(file('again'), 'short\n', { owner: me.owner, mode: 0o600 });
      expect(await host.readFile(file('again'))).toMatchObject({ content: 'short\n', mode: 0o600 });
    });

    test.skipIf(!me.isRoot)('a file can belong to somebody else', async () => {
      await host.writeFile(file('owned'), 'x', { owner: 'daemon:sys', mode: 0o644 });
      expect(await host.readFile(file('owned'))).toMatchObject({ owner: 'daemon:sys' });
    });

    test('a secret can be written', async () => {
      await host.writeFile(file('secret'), new Secret('s3cret'), { owner: me.owner, mode: 0o600 });
      expect(await host.readFile(file('secret'))).toMatchObject({ content: 's3cret' });
    });

    test('a program is sent as it is, may be run, and says how far it is', async () => {
      const local = `${directory}/${kind}-local`;
      const bytes = 3_000_000;
      writeFileSync(local, `#!/bin/sh\n${'# ☃\n'.repeat(bytes / 6)}`);
      const size = statSync(local).size;
      const seen: number[] = [];

      await host.sendFile(local, file('sent/program'), { owner: me.owner, mode: 0o755 }, (sent) =>
        seen.push(sent),
      );

      const sent = await host.readFile(file('sent/program'));
      expect(sent).toEqual({ content: readFileSync(local, 'utf8'), owner: me.owner, mode: 0o755 });
      expect(seen.at(-1)).toBe(size);
      expect(seen.toSorted((one, other) => one - other)).toEqual(seen);
    });

    test('a file whose sending is stopped is not there', async () => {
      const local = `${directory}/${kind}-unsent-local`;
      writeFileSync(local, 'x'.repeat(1_000_000));
      const sending = host.sendFile(local, file('stopped'), { owner: me.owner, mode: 0o644 }, stop);

      await expect(sending).rejects.toThrow('stopped on request');
      expect(await host.readFile(file('stopped'))).toBeUndefined();
    });

    test('a file that is not here cannot be sent', async () => {
      const missing = host.sendFile('/nowhere/at/all', file('unsent'), { owner: me.owner, mode: 0o644 });
      await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await host.readFile(file('unsent'))).toBeUndefined();
    });

    test('a query parses its own answer', async () => {
      expect(await host.ask(query(['echo', 'hello'], (stdout) => stdout.trim().length))).toBe(5);
    });

    test('an answer that is nonsense is a CommandError that does not repeat it', async () => {
      const nonsense = query(['echo', 'secret nonsense'], (stdout) => JSON.parse(stdout) as unknown);

      const error: unknown = await host.ask(nonsense).catch((reason: unknown) => reason);

      expect(error).toMatchObject({ exitCode: 5, message: expect.stringContaining('cannot parse') });
      expect((error as { why: string }).why).toBe(`echo 'secret nonsense'`);
    });

    test.each(awkward)('an argument arrives as it is: %j', async (word) => {
      expect(await host.ask(query(['printf', '%s|', word], (stdout) => stdout))).toBe(`${word}|`);
    });

    test('an argument with NUL is refused', async () => {
      await expect(host.run(action(['echo', 'a\0b']))).rejects.toThrow('NUL');
    });

    test('what is given to stdin arrives as it is', async () => {
      const input = `${awkward.join('\n')}\n`;
      expect(await host.ask(loneQuery(['cat'], (stdout) => stdout, { stdin: new Secret(input) }))).toBe(
        input,
      );
    });

    test('a failing command is a CommandError', async () => {
      await expect(host.run(action(['false']))).rejects.toMatchObject({ exitCode: 5 });
    });
  });
}

const stop = (): never => {
  throw new Error('stopped on request');
};
