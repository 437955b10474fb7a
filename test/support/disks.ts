// Data on more than one disk: WAL, tablespaces and the data directory itself, as operators put them there.

import { expect } from 'vitest';
import type { Finished, Lab } from './e2e.ts';

export const data = '/var/lib/postgresql/17/main';
export const unit = 'postgresql@17-main';

/** Mounts a disk of that size. With what a new file system has in it. */
export const mountDisk = (lab: Lab, host: string, path: string, megabytes: number): Promise<string> =>
  lab.shell(
    host,
    `mkdir -p ${path} && mount -t tmpfs -o size=${megabytes}m,mode=755 none ${path} && mkdir -m 700 ${path}/lost+found`,
  );

/** Moves WAL to a directory that is there, as the manual of PostgreSQL says it. */
export const moveWal = (lab: Lab, host: string, to: string): Promise<string> =>
  lab.shell(
    host,
    `systemctl stop ${unit} && cp -a ${data}/pg_wal/. ${to}/ && chown postgres:postgres ${to} && chmod 700 ${to} &&
     rm -r ${data}/pg_wal && ln -s ${to} ${data}/pg_wal && systemctl start ${unit}`,
  );

/** Moves the data directory, and leaves a link. */
export const moveData = (lab: Lab, host: string, to: string): Promise<string> =>
  lab.shell(
    host,
    `systemctl stop ${unit} && mkdir -p ${to} && mv -T ${data} ${to} && ln -s ${to} ${data} && systemctl start ${unit}`,
  );

/** What is in a directory, by name, without WAL files. */
export const listOf = async (lab: Lab, host: string, path: string): Promise<readonly string[]> =>
  (await lab.shell(host, `ls -A ${path}`)).split('\n').filter((name) => !/^[0-9A-F]{24}/.test(name));

/** Types one of the lines after an arrow on a host, as far as it is a command there. */
export async function follow(lab: Lab, host: string, { stderr }: Finished, command: RegExp): Promise<void> {
  const line = stderr.split('\n').find((one) => one.startsWith('→') && command.test(one));
  expect(line, stderr).toBeDefined();
  await lab.shell(host, command.exec(line!)![1]!);
}
