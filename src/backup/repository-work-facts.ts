import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { pgbackrestFiles, pgbackrestUser } from './pgbackrest.ts';
import { CommandError } from '../model/errors.ts';
import type { Report } from '../engine/step.ts';
import type { Host } from '../host/host.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { forgetUnit } from '../host/systemd.ts';
import { explainWork } from './explain-work-facts.ts';

export interface RepositoryWork {
  /** Of its unit: "dbctl-verify-shop"; without ".service". */
  readonly unit: string;
  /** "the verification" */
  readonly what: string;
  readonly argv: readonly string[];
  /** Called once a second or so, with the seconds it has run. */
  readonly progress: (seconds: number) => string;
}

/** The journal may come late, and may lose lines of a process that has ended: what it says goes to a file. */
const intoFile = 'exec "$@" >"$0" 2>&1';

/**
 * Lets the control host do work on the repository as a unit of its own, or follows one that an earlier run began.
 * Answers all that it said. Throws with pgBackRest's complaints when it fails.
 */
export async function followRepositoryWork(
  cluster: Cluster,
  backup: Backup,
  host: Host,
  { unit, what, argv, progress }: RepositoryWork,
  report: Report,
): Promise<string> {
  if ((await longWorkState(host, unit)).kind === 'succeeded') await host.run(forgetUnit(unit));
  const output = `${pgbackrestFiles(cluster).logDirectory}/${unit}.log`;
  const startedAt = Date.now();
  const watch = (): void => report(progress(Math.round((Date.now() - startedAt) / 1000)));
  const work = {
    name: unit,
    description: `${what} of ${cluster.name}`,
    asUser: pgbackrestUser,
    argv: ['/bin/sh', '-c', intoFile, output, ...argv],
  };
  const readOutput = async (): Promise<string> => (await host.readFile(output))?.content ?? '';
  try {
    await followLongWork(host, work, watch);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = await readOutput();
    throw (await explainWork(cluster, backup, { host, unit, what, said })) ?? error;
  }
  return readOutput();
}
