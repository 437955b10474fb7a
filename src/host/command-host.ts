// Everything a Host does, built on one function that runs a command. How it runs (SSH or here) is not known here.

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Secret } from '../model/secret.ts';
import type { Action, Meaning } from './command.ts';
import { commandFailure, understand } from './command-failure.ts';
import { defaultTimeoutMs, type Execute } from './execution.ts';
import { fileAt, sendFileArgv, writeFileArgv } from './file-query.ts';
import type { FileAttributes, Host } from './host.ts';
import { measureFile, readPieces } from './local-file.ts';
import { observeCommand } from './watch-commands.ts';

type Invocation = Omit<Action, 'kind' | 'stdin'> & { readonly stdin?: string | Secret | Readable };

/** A Host that does everything by running commands. */
export function commandHost(name: string, execute: Execute): Host {
  async function succeed(invocation: Invocation): Promise<string> {
    const { argv, asUser, stdin = '', timeoutMs = defaultTimeoutMs, meaning } = invocation;
    if (argv.some((word) => word.includes('\0')))
      throw new Error('an argument must not contain a NUL character');
    const execution = { argv, asUser, stdin: clear(stdin), timeoutMs };
    const ending = await observeCommand(
      name,
      { ...execution, argv: meaning?.typed ?? argv },
      execute(execution),
    );
    if (ending.outcome.kind === 'exited' && ending.outcome.code === 0) return ending.stdout;
    throw commandFailure(name, { ...execution, meaning }, ending);
  }

  const ask: Host['ask'] = async (query) => understand(name, query, await succeed(query));

  return {
    name,
    ask,
    async run(action) {
      await succeed(action);
    },
    readFile: (path) => ask(fileAt(path)),
    async writeFile(path, content, attributes) {
      const stdin: string = clear(content);
      const unique = randomBytes(6).toString('hex');
      const argv = writeFileArgv(path, attributes, Buffer.byteLength(stdin), unique);
      await succeed({ argv, stdin, meaning: writing(path, attributes) });
    },
    async sendFile(localPath, path, attributes, onBytes = () => {}) {
      const sent = await measureFile(localPath);
      const argv = sendFileArgv(path, attributes, sent, randomBytes(6).toString('hex'));
      const stdin = readPieces(localPath, onBytes);
      const meaning = writing(path, attributes);
      await succeed({ argv, stdin, timeoutMs: stallLimitMs, meaning }).catch((error: unknown) => {
        // What ended the reading here is the reason for what is missing there.
        throw stdin.errored ?? error;
      });
      return sent;
    },
  };
}

function writing(path: string, { owner, mode }: FileAttributes): Meaning {
  const [user = '', group = ''] = owner.split(':');
  const flags = ['-o', user, '-g', group, '-m', mode.toString(8)];
  return { doing: `cannot write ${path}`, typed: ['install', ...flags, '/dev/stdin', path] };
}

const clear = <Rest>(value: Secret | Rest): string | Rest =>
  value instanceof Secret ? value.reveal() : value;

/** How long nothing may move while a file is sent, and how long checking and syncing it may take. */
const stallLimitMs = 300_000;
