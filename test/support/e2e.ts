// End-to-end stories: the built dbctl as a child process, and the hosts of a lab asked directly, past dbctl.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { parse } from 'dotenv';
import { undocumented } from './documented.ts';
import { hostNow, initOf, type HostPlace, type LabHost } from './lab-hosts.ts';

const root = process.env['DBCTL_LAB_DIR'] || '/var/lib/dbctl-lab';

/**
 * The name of a story's lab. Names are the machine's, so a second checkout that runs stories at the same time has another
 * word of three characters in DBCTL_TEST_LABS for their beginning.
 */
export const labNameOf = (story: string): string => `${process.env['DBCTL_TEST_LABS'] ?? 'e2e'}-${story}`;

const binary = new URL('../../bin/dbctl.js', import.meta.url).pathname;

export interface Finished {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly end: Promise<Finished>;
}

export interface Lab {
  readonly name: string;
  /** Where .env.cluster, the key and known_hosts are. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** What to put in front of a program that connects to the hosts: nothing, or the way into the lab's own network. */
  readonly inside: readonly string[];
  /** Runs dbctl in the lab's directory; never throws for an exit code. */
  dbctl(...args: readonly string[]): Promise<Finished>;
  /** Starts dbctl and does not wait. */
  start(...args: readonly string[]): Running;
  /**
   * Runs a shell line on a host as root: from this machine through the host's namespaces, which takes a tenth of what a
   * login does, and also works while no network reaches the host. Throws when it fails, or the host does not run.
   */
  shell(host: string, line: string, input?: string): Promise<string>;
  /** Asks PostgreSQL on a host as postgres over its socket; the rows as text. */
  sql(host: string, statement: string, database?: string): Promise<string>;
  hosts(): readonly LabHost[];
  /** Changes settings of .env.cluster, each value as it will stand in the file; undefined takes the setting out. */
  configure(settings: Readonly<Record<string, string | undefined>>): void;
  down(): Promise<void>;
}

/**
 * Boots a lab of its own for one story, whose cluster has no backups: BACKUP_REPOSITORY is not set. Keys and passphrase
 * stay in .env.cluster, so `configure({ BACKUP_REPOSITORY: … })` is enough later. Its name must be unique among stories.
 */
export async function startLab(story: string, ...flags: readonly string[]): Promise<Lab> {
  const lab = await bootLab(story, flags);
  lab.configure({ BACKUP_REPOSITORY: undefined });
  return lab;
}

export type RepositoryKind = 'minio' | 'versitygw' | 's3' | 'posix';

/** Boots a lab for a story with backups in this repository. */
export async function startLabWithBackups(
  story: string,
  repository: RepositoryKind,
  ...flags: readonly string[]
): Promise<Lab> {
  const lab = await bootLab(story, flags);
  lab.configure({ BACKUP_REPOSITORY: repository });
  return lab;
}

/** Boots a lab, its .env.cluster as `dbctl lab up` writes it. */
export const bootLab = (story: string, flags: readonly string[]): Promise<Lab> =>
  makeLab(story, ['up', ...flags]);

/** Makes a lab for a story from one that was saved, beside all others with the same addresses. */
export const restoreLab = (story: string, saved: string): Promise<Lab> =>
  makeLab(story, ['restore', saved, '--isolated']);

interface LabStatus {
  readonly netns: string | null;
  readonly hosts: readonly HostPlace[];
}

async function makeLab(story: string, [way = '', ...flags]: readonly string[]): Promise<Lab> {
  const name = labNameOf(story);
  const directory = mkdtempSync(join(tmpdir(), `dbctl-${name}-`));
  const onLab = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runDbctl(directory, ['lab', ...args]).end;
    if (exitCode !== 0) throw new Error(`dbctl lab ${args.join(' ')} ended with ${exitCode}:\n${stderr}`);
    return stdout;
  };
  // What an earlier run may have left behind.
  if (existsSync(join(root, 'labs', name))) await onLab('down', '--name', name);
  await onLab(way, ...flags, '--name', name);
  const said = await onLab('status', '--name', name, '-o', 'json');
  const { netns, hosts } = (JSON.parse(said) as [LabStatus])[0];
  return labAt(
    name,
    directory,
    hosts,
    netns === null ? [] : ['/usr/bin/nsenter', `--net=/run/netns/${netns}`],
  );
}

function labAt(
  name: string,
  directory: string,
  places: readonly HostPlace[],
  inside: readonly string[],
): Lab {
  // `dbctl lab` works on the machine, everything else in the lab's network.
  const start = (...args: readonly string[]): Running =>
    runDbctl(directory, args, args[0] === 'lab' ? [] : inside);
  const dbctl = (...args: readonly string[]): Promise<Finished> => start(...args).end;
  const file = join(directory, '.env.cluster');
  const shell = lineOn(name);

  return {
    name,
    directory,
    inside,
    get env() {
      return parse(readFileSync(file));
    },
    dbctl,
    start,
    shell,
    sql: (host, statement, database = 'postgres') =>
      shell(host, `${psqlAsPostgres} -v ON_ERROR_STOP=1 -d '${database}'`, statement),
    hosts: () => places.map((place) => hostNow(name, place)),
    configure(settings) {
      const kept = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => !Object.hasOwn(settings, line.split('=')[0]!));
      const added = Object.entries(settings).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key}=${value}`],
      );
      writeFileSync(file, [...kept, ...added, ''].join('\n'), { mode: 0o600 });
    },
    async down() {
      await dbctl('lab', 'down', '--name', name);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Starts dbctl in a directory and does not wait. */
export function runDbctl(
  directory: string,
  args: readonly string[],
  inside: readonly string[] = [],
): Running {
  const [file = '', ...words] = [...inside, process.execPath, binary, ...args];
  const child = spawn(file, words, {
    cwd: directory,
    // Logs of runs, which else would be among the developer's own.
    env: { ...process.env, XDG_STATE_HOME: join(directory, '.state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  const end = Promise.all([code, text(child.stdout), text(child.stderr)]).then(
    ([exitCode, stdout, stderr]) => {
      if (args.includes('json') || args.includes('--json')) insistOnDocumented(args, stdout);
      return { exitCode, stdout, stderr };
    },
  );
  return { process: child, end };
}

/** An answer has no key that docs/json.md does not know. One that was cut off, or is none, is the story's own affair. */
function insistOnDocumented(args: readonly string[], stdout: string): void {
  const answer = parseJson(stdout);
  const strange = answer === undefined ? [] : undocumented(args, answer);
  if (strange.length > 0)
    throw new Error(`docs/json.md does not say what ${args.join(' ')} answers: ${strange.join(', ')}`);
}

function parseJson(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/**
 * Debian's own `psql` is a Perl program in front of the real one, and runuser opens a PAM session: without both, a
 * question costs less than half.
 */
const psqlAsPostgres =
  'programs=(/usr/lib/postgresql/*/bin/psql) && cd / && ' +
  'exec env -u HOME setpriv --reuid=postgres --regid=postgres --init-groups -- "${programs[-1]}" -XAtq';

const lineOn =
  (lab: string) =>
  async (host: string, line: string, input = ''): Promise<string> => {
    const init = initOf(lab, host);
    if (init === undefined) throw new Error(`${host} does not run`);
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
    const { stdout } = await execa(
      'nsenter',
      ['--target', String(init), ...namespaces, '--', 'bash', '-c', `cd\n${line}`],
      {
        input,
        extendEnv: false,
        env: { HOME: '/root', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
      },
    );
    return stdout;
  };
