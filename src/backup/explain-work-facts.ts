import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { CommandError, type DbctlError, RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { longWorkState } from '../host/long-work.ts';
import { lockHeldCode, lockHolders, lockTimeoutCode } from './backup-work-query.ts';
import { complaintsOf } from './pgbackrest-query.ts';
import { unitJournal } from '../host/systemd.ts';

interface EndedWork {
  /** The control host. */
  readonly host: ReadableHost;
  /** Its unit, without ".service". */
  readonly unit: string;
  /** "the backup" */
  readonly what: string;
  /** All that it said; without it, its journal tells. */
  readonly said?: string;
}

/** Why work on the repository failed, in pgBackRest's own words; undefined when its unit has no failure to tell of. */
export async function explainWork(
  cluster: Cluster,
  { stanza }: Backup,
  { host, unit, what, said }: EndedWork,
): Promise<DbctlError | undefined> {
  const state = await longWorkState(host, unit);
  if (state.kind !== 'failed') return undefined;
  if (state.exitCode === lockHeldCode) {
    return refused(what, await host.ask(lockHolders(cluster, stanza)));
  }
  if (state.exitCode === lockTimeoutCode) return waitedTooLong(what);
  const complaints = complaintsOf(said ?? (await host.ask(unitJournal(state, 200))));
  return new CommandError({
    what: `${what} failed on ${host.name}`,
    why: [howItEnded(state.exitCode, state.result), ...complaints].join('\n'),
    next: [
      'see which link is broken: dbctl backup check',
      `read its whole output on ${host.name}: journalctl -u ${unit}`,
    ],
  });
}

const howItEnded = (exitCode: number | undefined, result: string): string =>
  exitCode === undefined ? `it ended by ${result}` : `pgBackRest's exit code is ${exitCode}`;

const refused = (what: string, holders: readonly string[]): RefusedError =>
  new RefusedError({
    what: `${what} was not started: another pgBackRest process is working on this stanza`,
    why: [
      'Process, account, unit and command line:',
      ...(holders.length > 0 ? holders : ['it has ended meanwhile']),
    ].join('\n'),
    next: ['wait until it has ended, then run the same command again'],
  });

const waitedTooLong = (what: string): CommandError =>
  new CommandError({
    what: `${what} waited too long for other work on the repository`,
    why: 'Other work on the repository ran for hours.',
    next: ["list it on the control host: systemctl list-units 'dbctl-backup-*'"],
  });
