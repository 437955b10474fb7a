import { randomBytes } from 'node:crypto';
import DataLoader from 'dataloader';
import { commandFailure, understand } from './command-host.ts';
import { type Query, loneQuery } from './command.ts';
import { become, defaultTimeoutMs } from './execution.ts';
import { fileAt, readFilesArgv } from './file-query.ts';
import type { ReadableHost } from './host.ts';
import { Secret } from '../model/secret.ts';
import { quote } from './quote.ts';

type Raw = string | Error;

/**
 * The same host for who only looks: every question is asked once, and what is asked within one turn of the event loop
 * travels together, where a query says that it may.
 */
export function batchingHost<Asked extends ReadableHost>(host: Asked): Asked {
  const lone = new DataLoader<Query<unknown>, string, string>(
    (all) => Promise.all(all.map((one) => askAlone(host, one))),
    { cacheKeyFn: keyOf, batch: false },
  );
  const batched = new DataLoader<Query<unknown>, string, string>((all) => runBatch(host, all), {
    cacheKeyFn: keyOf,
    batchScheduleFn: (run) => setImmediate(run),
  });
  const ask = async <Answer>(query: Query<Answer>): Promise<Answer> => {
    if (query.isRepeated) return host.ask(query);
    return understand(host.name, query, await (isBatchable(query) ? batched : lone).load(query));
  };
  return { ...host, ask, readFile: (path) => ask(fileAt(path)) };
}

const keyOf = ({ argv, stdin = '', asUser }: Query<unknown>): string =>
  JSON.stringify([argv, stdin instanceof Secret ? stdin.reveal() : stdin, asUser]);

/** A failure is an answer too: the loader remembers it. */
const askAlone = (host: ReadableHost, query: Query<unknown>): Promise<Raw> =>
  host
    .ask({ ...query, parse: (stdout) => stdout })
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));

async function runBatch(host: ReadableHost, queries: readonly Query<unknown>[]): Promise<readonly Raw[]> {
  if (queries.length === 1) return Promise.all(queries.map((query) => askAlone(host, query)));
  const ends = await host.ask(batchQuery(queries, randomBytes(12).toString('hex')));
  return Promise.all(queries.map((query, index) => rawOf(host, query, ends[index])));
}

async function rawOf(host: ReadableHost, query: Query<unknown>, end: BatchedEnd | undefined): Promise<Raw> {
  if (end === undefined) return askAlone(host, query);
  if (end.code === 0) return end.stdout;
  const execution = { ...query, timeoutMs: defaultTimeoutMs };
  return commandFailure(host.name, execution, { ...end, outcome: { kind: 'exited', code: end.code } });
}

/** How one of the questions ended. */
export interface BatchedEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const isBatchable = ({ batch }: Query<unknown>): boolean => batch !== undefined;

/**
 * Answers how each ended, in their order; undefined for SQL that stands after SQL that failed, which was not run.
 * `delimiter` stands in no answer.
 */
function batchQuery(
  queries: readonly Query<unknown>[],
  delimiter: string,
): Query<readonly (BatchedEnd | undefined)[]> {
  const groups = groupsOf(queries);
  const end = `end() { printf '%s\\n' '${delimiter}' "group $1 $2" "$3${delimiter}"; }`;
  const commands = groups.map((group, number) => shellText(group, number, delimiter));
  const script = ['exec 3>&1', end, ...commands, ''].join('\n');
  const titles = queries.map(({ argv, meaning }) => (meaning?.typed ?? argv)[0]?.replace(/.*\//, '') ?? '');
  return loneQuery(['sh', '-s', ...titles], (stdout) => endsOf(stdout, groups, delimiter), { stdin: script });
}

/** Questions that one command answers, with their places among all of them; never empty. */
type Group = readonly [Member, ...Member[]];
interface Member {
  readonly index: number;
  readonly query: Query<unknown>;
}

function groupsOf(queries: readonly Query<unknown>[]): readonly Group[] {
  const groups = new Map<string, [Member, ...Member[]]>();
  for (const [index, query] of queries.entries()) {
    const key = groupKey(query, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ index, query }]);
    else group.push({ index, query });
  }
  return [...groups.values()];
}

function groupKey({ batch, argv, asUser }: Query<unknown>, index: number): string {
  if (batch === 'shell' || batch === undefined) return String(index);
  return batch === 'sql' ? JSON.stringify([argv, asUser]) : 'files';
}

/** What a command says on stderr is caught, to stand beside its exit code; stdout goes its way. */
function shellText(group: Group, number: number, delimiter: string): string {
  const [{ query }] = group;
  const { batch, argv, asUser } = query;
  const words =
    batch !== undefined && batch !== 'shell' && batch !== 'sql' ? filesOf(group, delimiter) : argv;
  const command = quote(become(asUser, words));
  const [input, text] = batch === 'sql' ? [`<<'${delimiter}'`, sqlOf(group, delimiter)] : ['</dev/null', ''];
  return `said=$(${command} 2>&1 >&3 3>&- ${input}${text}); end ${number} $? "$said"`;
}

const filesOf = (group: Group, delimiter: string): readonly string[] =>
  readFilesArgv(
    delimiter,
    group.flatMap(({ index, query: { batch } }) =>
      typeof batch === 'object' ? [{ path: batch.file, index }] : [],
    ),
  );

/** After each question, where it ends. */
const sqlOf = (group: Group, delimiter: string): string => {
  const lines = group.flatMap(({ index, query: { stdin } }) => [
    typeof stdin === 'string' ? stdin : '',
    ...[delimiter, `${index} 0`, delimiter].map((line) => `\\echo ${line}`),
  ]);
  return ['', ...lines, delimiter, ''].join('\n');
};

/** What is said, and how it ended, in turn: "INDEX CODE" for a question, "group NUMBER CODE" for a command. */
function endsOf(
  stdout: string,
  groups: readonly Group[],
  delimiter: string,
): readonly (BatchedEnd | undefined)[] {
  const ends: (BatchedEnd | undefined)[] = groups.flat().map(() => undefined);
  const parts = stdout.split(`${delimiter}\n`);
  for (let part = 0; part + 1 < parts.length; part += 2) {
    const [, kind, number, code, stderr = ''] = /^(group )?(\d+) (\d+)\n([^]*)$/.exec(parts[part + 1]!) ?? [];
    const end = { code: Number(code), stdout: parts[part]!, stderr };
    if (kind === undefined) ends[Number(number)] = end;
    else for (const index of endedBy(end, groups[Number(number)]!, ends)) ends[index] = end;
  }
  return ends;
}

/** A command that failed did so at the first question without an answer; one that did not answers all that are left. */
function endedBy({ code }: BatchedEnd, group: Group, ends: readonly unknown[]): readonly number[] {
  const open = group.map(({ index }) => index).filter((index) => ends[index] === undefined);
  return code === 0 ? open : open.slice(0, 1);
}
