import { randomBytes } from 'node:crypto';
import { askTogether, isPlain, type PlainQuery } from './ask-together.ts';
import type { Query } from './command.ts';
import { readFiles } from './read-files.ts';
import { Secret } from '../model/secret.ts';
import { understand } from './command-failure.ts';
import type { ReadableHost, RemoteFile } from './host.ts';

/**
 * The same host, with every file read once and every question asked once: for who only looks. What is asked within one
 * turn of the event loop travels together.
 */
export function lookingOnce<Looked extends ReadableHost>(host: Looked): Looked {
  const answers = new Map<string, Promise<string>>();
  const files = new Map<string, Promise<RemoteFile | undefined>>();
  const saysTogether = together((asked: readonly PlainQuery[]) => saysOf(host, asked));
  const readTogether = together((paths: readonly string[]) => readAll(host, paths));

  const say = (asked: Query<unknown>): Promise<string> =>
    isPlain(asked) ? saysTogether(asked as PlainQuery) : host.ask({ ...asked, parse: verbatim });

  return {
    ...host,
    readFile: (path: string) => once(files, path, () => readTogether(path)),
    async ask<Answer>(asked: Query<Answer>): Promise<Answer> {
      return understand(host.name, asked, await once(answers, keyOf(asked), () => say(asked)));
    },
  };
}

const verbatim = (stdout: string): string => stdout;

const keyOf = ({ argv, stdin = '', asUser }: Query<unknown>): string =>
  JSON.stringify([argv, stdin instanceof Secret ? stdin.reveal() : stdin, asUser]);

/** What failed among others is asked alone, for its own error. */
async function saysOf(host: ReadableHost, asked: readonly PlainQuery[]): Promise<readonly Promise<string>[]> {
  const alone = (one: PlainQuery): Promise<string> => host.ask({ ...one, parse: verbatim });
  if (asked.length === 1) return asked.map(alone);
  const said = await host.ask(askTogether(asked, randomBytes(12).toString('hex')));
  return asked.map(async (one, index) => said[index] ?? alone(one));
}

async function readAll(
  host: ReadableHost,
  paths: readonly string[],
): Promise<readonly (RemoteFile | undefined | Promise<RemoteFile | undefined>)[]> {
  const files = await host.ask(readFiles(paths));
  // A file with the separator in it makes more of them.
  return files.length === paths.length ? files : paths.map((path) => host.readFile(path));
}

/** Collects what is wanted in one turn of the event loop, and does it in one go. */
function together<Wanted, Answer>(
  work: (all: readonly Wanted[]) => Promise<readonly (Answer | Promise<Answer>)[]>,
): (one: Wanted) => Promise<Answer> {
  let batch:
    | { readonly all: Wanted[]; readonly answers: Promise<readonly (Answer | Promise<Answer>)[]> }
    | undefined;
  const begin = () => {
    const all: Wanted[] = [];
    const answers = nextTurn().then(() => {
      batch = undefined;
      return work(all);
    });
    return { all, answers };
  };
  return async (one) => {
    const { all, answers } = (batch ??= begin());
    const index = all.push(one) - 1;
    return (await answers)[index]!;
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function once<Answer>(
  answers: Map<string, Promise<Answer>>,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const answer = answers.get(key) ?? ask();
  answers.set(key, answer);
  return answer;
}
