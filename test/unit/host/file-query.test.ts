import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sendFileArgv, writeFileArgv } from '../../../src/host/file-query.ts';

const file = { owner: 'root:root', mode: 0o600 };

test.skipIf(process.platform !== 'linux').each([
  ['written', (path: string) => writeFileArgv(path, file, 100, 'once')],
  ['sent', (path: string) => sendFileArgv(path, file, { bytes: 100, sha256: '0' }, 'once')],
])('what is %s over a connection that dies leaves nothing behind', async (_how, argvFor) => {
  const directory = mkdtempSync(join(tmpdir(), 'dbctl-file-'));
  const [program = '', ...rest] = argvFor(join(directory, 'key'));

  const script = spawn(program, rest);
  // Nobody listens any more, and only half of the content has come.
  script.stdout.destroy();
  script.stderr.destroy();
  script.stdin.end('half of a key');
  const [exitCode] = (await once(script, 'exit')) as [number | null];

  expect(exitCode).not.toBe(0);
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});
