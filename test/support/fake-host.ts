import { readFileSync } from 'node:fs';
import type { Host, RemoteFile } from '../../src/host/host.ts';
import { measureFile } from '../../src/host/local-file.ts';
import { Secret } from '../../src/model/secret.ts';
import { understand } from '../../src/host/command-host.ts';
import { quote } from '../../src/host/quote.ts';
import { replacePairScript } from '../../src/pki/credential-step.ts';

/** Answers by quoted argv, or by a function that may also throw what a failing command throws. */
export type Answers =
  | Readonly<Record<string, string>>
  | ((argv: readonly string[], stdin: string, asUser: string | undefined) => string | undefined);

/** A host made of a Map: files really change, commands are answered from a table and remembered. */
export function fakeHost(
  files: Readonly<Record<string, string | RemoteFile>> = {},
  answers: Answers = {},
  name = 'pg1',
) {
  const disk = new Map<string, RemoteFile>();
  /** Actions that were run, as lines. */
  const ran: string[] = [];
  /** What was given to their standard input. */
  const inputs: string[] = [];

  for (const [path, file] of Object.entries(files)) {
    disk.set(path, typeof file === 'string' ? { content: file, owner: 'root:root', mode: 0o644 } : file);
  }

  const answer = (argv: readonly string[], stdin: string | Secret = '', asUser?: string) => {
    const line = quote(argv);
    return typeof answers === 'function' ? answers(argv, clear(stdin), asUser) : answers[line];
  };

  const host: Host = {
    name,
    async ask(query) {
      const { argv, stdin, asUser } = query;
      const stdout = answer(argv, stdin, asUser);
      if (stdout === undefined) throw new Error(`fakeHost has no answer for: ${quote(argv)}`);
      return understand(name, query, stdout);
    },
    async readFile(path) {
      return disk.get(path);
    },
    async run({ argv, stdin, asUser }) {
      answer(argv, stdin, asUser);
      if (argv[2] === replacePairScript) renamePairs(argv.slice(4), disk);
      ran.push(quote(argv));
      inputs.push(clear(stdin ?? ''));
    },
    async writeFile(path, content, { owner, mode }) {
      disk.set(path, { content: clear(content), owner, mode });
    },
    async sendFile(localPath, path, { owner, mode }, onBytes = () => {}) {
      const content = readFileSync(localPath);
      onBytes(content.length);
      disk.set(path, { content: content.toString(), owner, mode });
      return measureFile(localPath);
    },
  };
  return { host, disk, ran, inputs };
}

/** FROM TO FROM TO… */
function renamePairs(paths: readonly string[], disk: Map<string, RemoteFile>): void {
  for (let index = 0; index + 1 < paths.length; index += 2) {
    const [from = '', to = ''] = paths.slice(index);
    disk.set(to, disk.get(from)!);
    disk.delete(from);
  }
}

const clear = (value: string | Secret): string => (value instanceof Secret ? value.reveal() : value);
