// The whole answer of `dbctl backup check`, and its JSON (docs/backups.md): fields may be added, never renamed.

import type { Backup } from '../../model/backup.ts';
import type { BackupFacts, CertificateFacts } from './backup-facts.ts';
import { checkArchiving, checkLinks } from './check-archiving.ts';
import { checkRepository } from './check-repository.ts';
import { checkTimelines } from './check-timelines.ts';
import type { Cluster } from '../../model/cluster.ts';
import { finding, probeExitCode, worstOf, type Finding, type Status } from '../../model/finding.ts';
import { primariesAmong } from '../../model/topology.ts';
import { leaderNote } from '../../postgres/leader.ts';
import { storeWarning } from '../../store/store.ts';
import { isoTime } from '../../model/units.ts';

export interface BackupCheck {
  readonly cluster: string;
  readonly status: Status;
  readonly exitCode: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly restorable: { readonly from: string; readonly to: string | null } | null;
  /** Worth knowing, and no reason to wake anybody. */
  readonly notes: readonly string[];
  /** Every answer, the good ones too. */
  readonly findings: readonly Finding[];
}

/** `deep` are the complaints of pgBackRest's own check, when it was asked for. */
export function backupCheck(
  cluster: Cluster,
  backup: Backup,
  sight: BackupFacts,
  deep?: readonly string[],
): BackupCheck {
  const leaders = sight.nodes.filter(({ archiver }) => archiver?.isInRecovery === false);
  const findings = [
    ...checkRepository(backup, sight),
    ...checkTimelines(cluster, backup, sight),
    ...(leaders.length > 1 ? [judgeLeaders(leaders)] : []),
    ...checkArchiving(leaders[0]?.node ?? cluster.configuredPrimary, sight),
    ...checkLinks(sight),
    ...checkReplay(sight),
    ...checkLayout(sight),
    ...checkCertificates(sight),
    ...(deep ? [judgeDeep(deep)] : []),
  ];
  const status = worstOf(findings);
  const newest = sight.control?.repository?.report?.restorable.at(-1);
  return {
    cluster: cluster.name,
    status,
    exitCode: probeExitCode[status],
    at: isoTime(sight.now),
    restorable: newest ? { from: newest.from, to: newest.to } : null,
    notes: [
      storeWarning(backup.repository) ?? [],
      leaderNote(
        cluster,
        primariesAmong(cluster, (one) => leaders.some(({ node }) => node.name === one.name)),
      ) ?? [],
    ].flat(),
    findings,
  };
}

/** A restore that cannot be done on the day is known before. */
const checkLayout = ({ nodes }: BackupFacts): readonly Finding[] =>
  nodes.flatMap(({ node, fixedParts = [] }) =>
    fixedParts.map(({ forbids, what, next }) =>
      finding({ node, check: 'layout' }, forbids === 'moving' ? 'warning' : 'critical', what, [next]),
    ),
  );

/** A replica that stands still is of no use to a backup, which waits for it a minute and is made from the primary. */
const checkReplay = ({ nodes }: BackupFacts): readonly Finding[] =>
  nodes
    .filter(({ archiver }) => archiver?.isReplayPaused)
    .map(({ node }) =>
      finding(
        { node, check: 'replay' },
        'warning',
        'replay of WAL is paused: no backup can be made from it',
        [
          `resume it, on ${node.name}: runuser -u postgres -- psql -p ${node.port} -c 'select pg_wal_replay_resume()'`,
        ],
      ),
    );

const judgeLeaders = (leaders: BackupFacts['nodes']): Finding =>
  finding(
    { check: 'one-primary' },
    'critical',
    `${leaders.map(({ node }) => node.name).join(' and ')} both take writes: what each archives is of no use to the other`,
    ['see what each node is, before anything else: dbctl probe'],
  );

const judgeDeep = (complaints: readonly string[]): Finding =>
  complaints.length === 0
    ? finding({ check: 'deep' }, 'ok', 'a new WAL file was sent and has arrived')
    : finding({ check: 'deep' }, 'critical', `pgBackRest's own check: ${complaints.join(' ')}`, [
        'dbctl backup setup',
      ]);

const day = 86_400;

/** `dbctl backup setup` and `certs rotate` renew one with fewer days left. */
const warnSeconds = 30 * day;

/** The renewal that helps: a CA takes more than its certificates. */
const renewal = (what: string): string =>
  what === 'CA' ? 'make a new one: dbctl certs rotate --ca' : 'renew it: dbctl certs rotate';

/** Names those that end soon or have ended; otherwise the one that ends first. */
export function checkCertificates({ control, nodes, now }: BackupFacts): readonly Finding[] {
  const all = [...(control?.certificates ?? []), ...nodes.flatMap(({ certificates }) => certificates)];
  const [first] = all.toSorted((one, other) => one.endsAt - other.endsAt);
  if (first === undefined) return [];
  const ending = all.filter(({ endsAt }) => endsAt - now < warnSeconds);
  if (ending.length > 0) return ending.map((one) => judge(one, now));
  const days = Math.floor((first.endsAt - now) / day);
  return [finding({ check: 'certificates' }, 'ok', `no certificate ends in the next ${days} days`)];
}

function judge({ host, what, endsAt }: CertificateFacts, now: number): Finding {
  const about = { check: 'certificates' };
  const which = `${host}: the certificate of ${what}`;
  const days = Math.floor(Math.abs(endsAt - now) / day);
  const next = ['see all of them: dbctl certs status', renewal(what)];
  return endsAt <= now
    ? finding(about, 'critical', `${which} ended ${days} days ago`, next)
    : finding(about, 'warning', `${which} ends in ${days} days`, next);
}
