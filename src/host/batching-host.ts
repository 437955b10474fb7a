import { randomBytes } from 'node:crypto';
import DataLoader from 'dataloader';
import { type BatchedEnd, batchQuery, isBatchable } from './batch-query.ts';
import { commandFailure, understand } from './command-failure.ts';
import type { Query } from './command.ts';
import { defaultTimeoutMs } from './execution.ts';
import { fileAt } from './file-query.ts';
import type { ReadableHost } from './host.ts';
import { Secret } from '../model/secret.ts';

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
