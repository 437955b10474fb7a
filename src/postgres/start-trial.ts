// What a start would make of a server's files, before anything is written or stopped: the same programs judge a copy.

import type { Instance } from '../model/instance.ts';
import { become } from '../host/execution.ts';
import { query, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { formatBytes } from '../model/units.ts';
import { standbyParameters, type StandbyValues } from './standby-parameters.ts';

export interface StartTrial {
  /** What PostgreSQL has against starting, in its own words. */
  readonly refusal: string | undefined;
  /** What the server would have; empty where there is nothing to try, or after a refusal. */
  readonly values: ReadonlyMap<string, string>;
}

export interface TrialFiles {
  /** Files of the configuration as they will be: path to content. The others are tried as they are. */
  readonly files?: Readonly<Record<string, string>>;
  /** For data that is yet to be made; configuration may be missing too. Both are made for the trial. */
  readonly isFresh?: boolean;
}

const socketDirectory = '/var/run/postgresql';

const judged = [
  'port',
  'unix_socket_directories',
  'hot_standby',
  'huge_pages',
  'shared_memory_size',
  'shared_memory_size_in_huge_pages',
] as const;

/** Asks PostgreSQL how it would start. */
export const startTrial = (
  { binDirectory, configDirectory, dataDirectory }: Instance,
  { files = {}, isFresh = false }: TrialFiles = {},
): Query<StartTrial> =>
  query(
    sh(
      ifInstalled,
      `${binDirectory}/postgres`,
      ...become(
        'postgres',
        script(
          'postgres/try-start.sh',
          ...[binDirectory, configDirectory, dataDirectory, isFresh ? 'fresh' : 'there'],
          [...judged, ...standbyParameters].join(' '),
          ...Object.entries(files).flat(),
        ),
      ),
    ),
    parseTrial,
  );

// A host without PostgreSQL has no postgres to become.
const ifInstalled = '[ -x "$1" ] || { echo nothing; exit 0; }; shift; exec "$@"';

export function parseTrial(stdout: string): StartTrial {
  const [, refusal] = /^refused\n([^]*)$/.exec(stdout) ?? [];
  if (refusal !== undefined) return { refusal: essence(refusal), values: new Map() };
  const lines = stdout.matchAll(/^(\w+)=(.*)$/gm);
  return {
    refusal: undefined,
    values: new Map([...lines].map(([, name = '', value = '']) => [name, value])),
  };
}

/** What ends the start first; without the line that only says that there were errors. */
function essence(said: string): string {
  const lines = said
    .trim()
    .split('\n')
    .map((line) => line.replace(/^(\w+): +/, '$1: '));
  const reasons = lines.filter((line) => !/^FATAL: configuration file .* contains errors$/.test(line));
  const shown = reasons.length > 0 ? reasons : lines;
  return [
    ...shown.filter((line) => line.startsWith('FATAL')),
    ...shown.filter((line) => !line.startsWith('FATAL')),
  ]
    .join('\n')
    .replaceAll(/^(LOG|FATAL|PANIC): /gm, '');
}

/** Every reason why a server would not start, or not as dbctl needs it; empty where there is none. */
export function startProblems({ refusal, values }: StartTrial, { port }: Instance): readonly string[] {
  if (refusal !== undefined) return [refusal || 'PostgreSQL would not start, and does not say why'];
  const number = (name: string): number => Number(values.get(name));
  const has = (name: string): boolean => values.has(name);
  const problems: string[] = [];
  const needed = number('shared_memory_size') * 1024;
  if (needed > number('memory_kb')) {
    problems.push(
      `it would need ${formatBytes(needed * 1024)} of shared memory (shared_buffers and others), and the host has ${formatBytes(number('memory_kb') * 1024)}`,
    );
  }
  if (values.get('huge_pages') === 'on' && number('shared_memory_size_in_huge_pages') > number('pages')) {
    problems.push(
      `huge_pages is on, and it would need ${values.get('shared_memory_size_in_huge_pages')} huge pages of ${values.get('page_kb')} kB; the host has ${values.get('pages')} (vm.nr_hugepages)`,
    );
  }
  if (has('port') && number('port') !== port) {
    problems.push(`port would be ${values.get('port')}, not ${port}`);
  }
  if (has('unix_socket_directories') && !hasSocket(values.get('unix_socket_directories')!)) {
    problems.push(`unix_socket_directories would be without ${socketDirectory}, where dbctl talks to it`);
  }
  if (has('unwritable_logs')) {
    problems.push(`log_directory: the server could not write into ${values.get('unwritable_logs')}`);
  }
  if (values.get('standby') === 'yes' && values.get('hot_standby') === 'off') {
    problems.push('hot_standby would be off, and nobody could ask the replica how it is');
  }
  return problems;
}

const hasSocket = (directories: string): boolean =>
  directories
    .split(',')
    .map((one) =>
      one
        .trim()
        .replaceAll('"', '')
        .replace(/^\/run\//, '/var/run/'),
    )
    .includes(socketDirectory);

/** The parameters that replicas must not have less of, as they would be; undefined after a refusal. */
export function standbyValuesIn({ refusal, values }: StartTrial): StandbyValues | undefined {
  if (refusal !== undefined || values.size === 0) return undefined;
  return Object.fromEntries(
    standbyParameters.map((name) => [name, Number(values.get(name))]),
  ) as StandbyValues;
}
