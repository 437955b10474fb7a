// End-to-end stories: the built dbctl as a child process, and the hosts of a lab asked directly, past dbctl.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { parse } from 'dotenv';

/** What an earlier run may have left behind. */
const labs = '/var/lib/dbctl-lab/labs';

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

export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** "running", "stopped", "cut off" or "broken". */
  readonly state: string;
  readonly veth: string;
  readonly pid: number;
  readonly root: string;
}

export interface Lab {
  readonly name: string;
  /** Where .env.cluster, the key and known_hosts are. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs dbctl in the lab's directory; never throws for an exit code. */
  dbctl(...args: readonly string[]): Promise<Finished>;
  /** Starts dbctl and does not wait. */
  start(...args: readonly string[]): Running;
  /** Runs a shell line on a host as root, over the system's ssh. Throws when it fails. */
  ssh(host: string, line: string, input?: string): Promise<string>;
  /** Asks PostgreSQL on a host as postgres over its socket; the rows as text. */
  sql(host: string, statement: string, database?: string): Promise<string>;
  hosts(): Promise<readonly LabHost[]>;
  /** Changes settings of .env.cluster, each value as it will stand in the file; undefined takes the setting out. */
  configure(settings: Readonly<Record<string, string | undefined>>): void;
  down(): Promise<void>;
}

/**
 * Boots a lab of its own for one story, whose cluster has no backups: BACKUP_REPOSITORY is not set. Keys and passphrase
 * stay in .env.cluster, so `configure({ BACKUP_REPOSITORY: … })` is enough later. Names must be unique among test files.
 */
export async function startLab(name: string, ...flags: readonly string[]): Promise<Lab> {
  const lab = await bootLab(name, flags);
  lab.configure({ BACKUP_REPOSITORY: undefined });
  return lab;
}

export type RepositoryKind = 'minio' | 'versitygw' | 's3' | 'posix';

/** Boots a lab for a story with backups in this repository. */
export async function startLabWithBackups(
  name: string,
  repository: RepositoryKind,
  ...flags: readonly string[]
): Promise<Lab> {
  const lab = await bootLab(name, flags);
  lab.configure({ BACKUP_REPOSITORY: repository });
  return lab;
}

async function bootLab(name: string, flags: readonly string[]): Promise<Lab> {
  const directory = mkdtempSync(join(tmpdir(), `dbctl-${name}-`));
  const start = (...args: readonly string[]): Running => runDbctl(directory, args);
  const dbctl = (...args: readonly string[]): Promise<Finished> => start(...args).end;

  if (existsSync(join(labs, name))) await dbctl('lab', 'down', '--name', name);
  const up = await dbctl('lab', 'up', '--name', name, ...flags);
  if (up.exitCode !== 0) throw new Error(`lab up ended with ${up.exitCode}:\n${up.stderr}`);
  const file = join(directory, '.env.cluster');
  const env = (): Record<string, string> => parse(readFileSync(file));
  const ssh = sshTo(join(directory, '.lab', name));

  const hosts = async (): Promise<readonly LabHost[]> => {
    const { stdout } = await dbctl('lab', 'status', '--name', name, '-o', 'json');
    return (JSON.parse(stdout) as { hosts: readonly LabHost[] }[])[0]!.hosts;
  };
  const written = readFileSync(file, 'utf8').matchAll(/([\w-]+)=(\d+\.\d+\.\d+\.\d+)(?=[,:\n])/g);
  const addresses = new Map([...written].map(([, host, address]) => [host, address]));
  const onHost = (host: string, line: string, input = ''): Promise<string> =>
    ssh(addresses.get(host) ?? host, line, input);

  return {
    name,
    directory,
    get env() {
      return env();
    },
    dbctl,
    start,
    ssh: onHost,
    sql: (host, statement, database = 'postgres') =>
      onHost(
        host,
        `cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d '${database}'`,
        statement,
      ),
    hosts,
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

const sshTo =
  (access: string) =>
  async (address: string, line: string, input: string): Promise<string> => {
    const { stdout } = await execa(
      'ssh',
      [
        '-F',
        'none',
        ...['BatchMode=yes', 'ConnectTimeout=5', 'LogLevel=ERROR'].flatMap((option) => ['-o', option]),
        '-o',
        `UserKnownHostsFile=${join(access, 'known_hosts')}`,
        '-i',
        join(access, 'id_ed25519'),
        `root@${address}`,
        '--',
        line,
      ],
      { input },
    );
    return stdout;
  };
