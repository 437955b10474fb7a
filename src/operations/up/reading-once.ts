import type { Host, ReadableHost, RemoteFile } from '../../remote/host.ts';
import type { HostSet } from '../../remote/with-hosts.ts';
import { Secret } from '../../secret.ts';
import type { Query } from '../../shell/command.ts';
import { readFiles } from '../../shell/read-files.ts';

/** The same host with every file read once: for stages in which nobody changes them and many ask for them. */
export function readingOnce(host: ReadableHost): ReadableHost {
  const readFile = once(
    (path: string) => host.readFile(path),
    (path) => path,
  );
  return { name: host.name, ask: (query) => host.ask(query), readFile };
}

/** The same hosts with every file read once and every question asked once: for who only looks. */
export function lookingOnce(hosts: HostSet): HostSet {
  const wrap = once(
    (name: string) => askingOnce(hosts.get(name)),
    (name) => name,
  );
  return { get: wrap };
}

function askingOnce(host: Host): Host {
  const answers = new Map<string, Promise<unknown>>();
  return {
    ...host,
    readFile: once(inBatches(host), (path) => path),
    ask<Answer>(query: Query<Answer>): Promise<Answer> {
      const key = keyOf(query);
      const asked = answers.get(key) ?? host.ask(query);
      answers.set(key, asked);
      return asked as Promise<Answer>;
    },
  };
}

/** Reads all files that are asked for in one turn of the event loop with one question. */
function inBatches(host: Host): Host['readFile'] {
  let batch: { readonly paths: string[]; readonly files: ReturnType<typeof readAll> } | undefined;
  const begin = () => {
    const paths: string[] = [];
    const files = nextTurn().then(() => {
      batch = undefined;
      return readAll(host, paths);
    });
    return { paths, files };
  };
  return async (path) => {
    const { paths, files } = (batch ??= begin());
    const index = paths.push(path) - 1;
    return (await files)[index];
  };
}

async function readAll(host: Host, paths: readonly string[]): Promise<readonly (RemoteFile | undefined)[]> {
  const files = await host.ask(readFiles(paths));
  // A file with the separator in it makes more of them.
  return files.length === paths.length ? files : Promise.all(paths.map((path) => host.readFile(path)));
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two queries are one when the same is run, and read by the same code. */
const keyOf = ({ argv, stdin = '', asUser, parse }: Query<unknown>): string =>
  JSON.stringify([argv, stdin instanceof Secret ? stdin.reveal() : stdin, asUser, String(parse)]);

function once<Argument, Answer>(
  work: (argument: Argument) => Answer,
  keyOfArgument: (argument: Argument) => string,
): (argument: Argument) => Answer {
  const answers = new Map<string, Answer>();
  return (argument) => {
    const key = keyOfArgument(argument);
    const answer = answers.has(key) ? answers.get(key)! : work(argument);
    answers.set(key, answer);
    return answer;
  };
}
