// End-to-end stories: the built dbctl as a child process, and the hosts of a lab asked directly, past dbctl.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { parse } from 'dotenv';
import { labEnvironment } from '../../src/config/lab-directory.ts';
import { labDirectory } from '../../src/lab/lab.ts';
import { processesOf } from '../../src/lab/processes.ts';
import { labStatus, type HostStatus } from '../../src/lab/status.ts';

const { root } = labEnvironment();

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

/** A host as it is now: "running", "stopped", "cut off" or "broken". */
export type LabHost = HostStatus & { readonly pid: number };

export interface Lab {
  readonly name: string;
  /** Where .env.cluster, the key and known_hosts are. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
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

async function bootLab(story: string, flags: readonly string[]): Promise<Lab> {
  const name = labNameOf(story);
  const directory = mkdtempSync(join(tmpdir(), `dbctl-${name}-`));
  const start = (...args: readonly string[]): Running => runDbctl(directory, args);
  const dbctl = (...args: readonly string[]): Promise<Finished> => start(...args).end;

  // What an earlier run may have left behind.
  if (existsSync(labDirectory(root, name))) await dbctl('lab', 'down', '--name', name);
  const up = await dbctl('lab', 'up', '--name', name, ...flags);
  if (up.exitCode !== 0) throw new Error(`lab up ended with ${up.exitCode}:\n${up.stderr}`);
  const file = join(directory, '.env.cluster');
  const env = (): Record<string, string> => parse(readFileSync(file));
  const shell = lineOn(name);

  return {
    name,
    directory,
    get env() {
      return env();
    },
    dbctl,
    start,
    shell,
    sql: (host, statement, database = 'postgres') =>
      shell(host, `cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d '${database}'`, statement),
    hosts: () => labStatus(root, name)[0]!.hosts as readonly LabHost[],
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
export function runDbctl(directory: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: directory,
    // Logs of runs, which else would be among the developer's own.
    env: { ...process.env, XDG_STATE_HOME: join(directory, '.state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  const end = Promise.all([code, text(child.stdout), text(child.stderr)]).then(
    ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return { process: child, end };
}

const lineOn =
  (lab: string) =>
  async (host: string, line: string, input = ''): Promise<string> => {
    const { init } = processesOf(lab, host);
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
