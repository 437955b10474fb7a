// Does WAL reach the repository, and is every link on its way whole?

import { judgeArchiving } from '../../postgres/archiving.ts';
import type { BackupFacts, NodeBackupFacts } from './backup-facts.ts';
import type { Node } from '../../model/cluster.ts';
import { finding, type Finding } from '../../model/finding.ts';
import { formatBytes, formatSeconds } from '../../model/units.ts';

export const checkLinks = ({ control, nodes, unseen }: BackupFacts): readonly Finding[] => [
  ...unseen.map(({ name, problem }) =>
    finding({ check: `ssh-${name}` }, 'unknown', `${name} cannot be checked: ${problem}`),
  ),
  ...[...(control?.brokenLinks ?? []), ...nodes.flatMap(({ brokenLinks }) => brokenLinks)].map(
    ({ what, next }) => finding({ check: 'link' }, 'critical', what, next),
  ),
];

/** The primary is the one that sends WAL; what waits on it is lost with it. */
export function checkArchiving({ name }: Node, { nodes, control }: BackupFacts): readonly Finding[] {
  const seen = nodes.find(({ node }) => node.name === name);
  if (seen === undefined) return [];
  const { node, archiver, isOurCommand } = seen;
  if (archiver === undefined) {
    return [
      finding({ node, check: 'archiver' }, 'critical', 'PostgreSQL does not answer on its host', [
        `dbctl logs ${node.name}`,
      ]),
    ];
  }
  const { status, message } = judgeArchiving(archiver);
  const see = winner(archiver)
    ? wayBack(node, archiver)
    : [`see why: dbctl logs ${node.name}`, 'set it up again: dbctl backup setup'];
  return [
    finding({ node, check: 'archiver' }, status, message, status === 'ok' ? [] : see),
    isOurCommand
      ? finding({ node, check: 'archive-command' }, 'ok', 'archive_command is the one that dbctl sets')
      : finding(
          { node, check: 'archive-command' },
          'critical',
          `archive_command is not the one that dbctl sets${winner(archiver) ?? ''}`,
          wayBack(node, archiver),
        ),
    ...checkQueue(seen, archiver),
    ...checkDropped(seen, archiver, control?.repository?.report ? control.walNames : undefined),
  ];
}

/** Where it comes from, when dbctl's own file does not count; nothing that dbctl writes ends that. */
function winner({ commandFile }: Archiver): string | undefined {
  if (commandFile === undefined || commandFile?.match(/\/conf\.d\/dbctl(_backup)?\.conf$/)) return undefined;
  if (commandFile?.endsWith('/postgresql.auto.conf')) return ': ALTER SYSTEM wins';
  return commandFile === null ? ': the command line wins' : `: ${commandFile} wins`;
}

function wayBack({ name, port }: Node, archiver: Archiver): readonly string[] {
  if (winner(archiver) === undefined) return ['dbctl backup setup'];
  const reload = `-c 'select pg_reload_conf()'`;
  const psql = `runuser -u postgres -- psql -p ${port}`;
  if (archiver.commandFile?.endsWith('/postgresql.auto.conf'))
    return [`on ${name}: ${psql} -c 'alter system reset archive_command' ${reload}`];
  return archiver.commandFile
    ? [`on ${name}: take archive_command out of ${archiver.commandFile}, then: ${psql} ${reload}`]
    : [`on ${name}: take archive_command out of pg_ctl_options in pg_ctl.conf, then: dbctl restart ${name}`];
}

type Archiver = NonNullable<NodeBackupFacts['archiver']>;

/** Above its limit, pgBackRest tells PostgreSQL that WAL is archived, and gives it up. */
function checkQueue({ node, queueLimitBytes }: NodeBackupFacts, archiver: Archiver): readonly Finding[] {
  if (queueLimitBytes === undefined) return [];
  const { waitingFiles, walFileBytes, oldestWaitingAt, now } = archiver;
  const about = { node, check: 'wal-queue' };
  const bytes = waitingFiles * walFileBytes;
  const share = bytes / queueLimitBytes;
  const waiting = `${formatBytes(bytes)} of WAL are waiting; the limit is ${formatBytes(queueLimitBytes)}`;
  const seconds = oldestWaitingAt === null ? 0 : now - oldestWaitingAt;
  const left = bytes === 0 ? 0 : ((queueLimitBytes - bytes) / bytes) * seconds;
  const message = left > 0 && share > 0.1 ? `${waiting}, reached in about ${formatSeconds(left)}` : waiting;
  const next = [
    'restore access to the repository: beyond the limit WAL is dropped, and a new backup is needed',
  ];
  if (share > 0.75) return [finding(about, 'critical', message, next)];
  return share > 0.25 ? [finding(about, 'warning', message, next)] : [finding(about, 'ok', message)];
}

/** Seconds in which the list of files may be older than what the archiver says. */
const listDelay = 15;

/** WAL that counts as archived but is in no repository was given up when the queue was full. */
function checkDropped(
  { node }: NodeBackupFacts,
  archiver: Archiver,
  walNames: readonly string[] | undefined,
) {
  const { lastArchivedWal, lastArchivedAt, now } = archiver;
  const isSure = lastArchivedAt !== null && now - lastArchivedAt > listDelay;
  if (walNames === undefined || lastArchivedWal === null || !isSure) return [];
  const about = { node, check: 'wal-dropped' };
  const isThere = walNames.some((name) => name.startsWith(`${lastArchivedWal}-`));
  if (isThere || !/^[0-9A-F]{24}$/.test(lastArchivedWal)) {
    return [finding(about, 'ok', 'the last archived WAL file is in the repository')];
  }
  const message = `not protected: ${lastArchivedWal} is archived according to PostgreSQL, but is not in the repository`;
  return [
    finding(about, 'critical', message, [
      'WAL was dropped (archive-push-queue-max) or sent elsewhere; make a new backup: dbctl backup run --type full',
    ]),
  ];
}
