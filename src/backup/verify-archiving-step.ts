import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, pgbackrestFiles } from './pgbackrest.ts';
import { linkComplaints } from './pgbackrest-complaints.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { askEnd, ioTimeout10s, pgbackrest } from './pgbackrest-query.ts';
import { archiverFacts } from '../postgres/archiver.ts';
import { fileSettings } from '../postgres/file-settings.ts';
import { ifRunning } from '../postgres/psql.ts';
import { newestChange } from '../system/paths.ts';

/** pgBackRest's exit code when a WAL file did not arrive within archive-timeout, a minute. */
const archiveTimeout = 82;

/** PostgreSQL counts a file as archived a moment after pgBackRest has seen it, in milliseconds. */
const countedMs = 10_000;

/**
 * Sees, on the primary, that WAL arrives in the repository. What was archived since the settings were loaded is proof;
 * without it pgBackRest checks itself, from the control host and then from the primary. Never both at once: the second
 * switch of an empty WAL file is none, and its file would be waited for in vain.
 */
export function verifyArchiving(cluster: LedCluster, backup: Backup, control?: ReadableHost): Step {
  const controlConfig = pgbackrestFiles(cluster).controlConfig;
  const nodeConfig = nodeConfigOf(cluster, cluster.primary);
  const socket = instanceOf(cluster, cluster.primary);

  async function isProven(primary: ReadableHost): Promise<boolean> {
    const [archiver, loaded, ...changes] = await Promise.all([
      primary.ask(archiverFacts(socket)),
      primary.ask(ifRunning(socket, fileSettings(socket))),
      primary.ask(newestChange([nodeConfig])),
      ...(control ? [control.ask(newestChange([controlConfig]))] : []),
    ]);
    if (!archiver || !loaded || changes.includes(0)) return false;
    const since = Math.max(loaded.loadedAt, archiver.lastFailedAt ?? 0, ...changes);
    return (archiver.lastArchivedAt ?? 0) > since;
  }

  async function check(host: ReadableHost, config: string, primary: ReadableHost): Promise<void> {
    const command = askEnd(pgbackrest({ config, stanza: backup.stanza }, 'check', ioTimeout10s));
    const first = await host.ask(command);
    // A file that was finished while the server was being told its new command may have been let go by the old one.
    const { exitCode, complaints } = first.exitCode === archiveTimeout ? await host.ask(command) : first;
    if (exitCode === 0) return;
    throw checkFailed(host, complaints, await archiverSays(primary, socket));
  }

  const what = change('archiving.verify', 'see WAL arrive in the repository');
  return ensure('Verify that WAL reaches the repository', what, {
    isRight: isProven,
    async apply(primary, report) {
      if (control) {
        report('checking from the control host that WAL arrives');
        await check(control, controlConfig, primary);
      }
      report(`checking from ${primary.name} that WAL arrives`);
      await check(primary, nodeConfig, primary);
      await waitUntil(() => isProven(primary), { deadlineMs: countedMs });
    },
  });
}

function checkFailed(
  { name }: ReadableHost,
  complaints: readonly string[],
  archiver: readonly string[],
): UnverifiedError {
  const links = linkComplaints(complaints);
  const meanings = links.map(({ meaning }) => `(${meaning})`);
  return new UnverifiedError({
    what: `pgBackRest's check failed on ${name}`,
    why: [...complaints, ...meanings, ...archiver].join('\n'),
    next: [
      ...new Set(links.map(({ next }) => next)),
      'check each link: dbctl backup check',
      'then run the same command again: it is safe',
    ],
  });
}

/** What PostgreSQL's archiver says of itself. */
async function archiverSays(
  primary: ReadableHost,
  socket: ReturnType<typeof instanceOf>,
): Promise<readonly string[]> {
  const facts = await primary.ask(archiverFacts(socket));
  if (facts === undefined || facts.lastFailedWal === null) return [];
  return [`the archiver failed ${facts.failedCount} times, last for ${facts.lastFailedWal}`];
}
