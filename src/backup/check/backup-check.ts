// The whole answer of `dbctl backup check`, and its JSON (docs/backups.md): fields may be added, never renamed.

import type { Backup } from '../../model/backup.ts';
import type { BackupSight } from './backup-facts.ts';
import { checkArchiving, checkLinks } from './check-archiving.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkRepository } from './check-repository.ts';
import type { LedCluster } from '../../model/cluster.ts';
import { finding, probeExitCode, worstOf, type Finding, type Status } from '../../model/finding.ts';
import { storeWarning } from '../../store/store.ts';
import { isoTime } from '../../model/units.ts';

export interface BackupCheck {
  readonly cluster: string;
  readonly status: Status;
  readonly exitCode: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly restorable: { readonly from: string; readonly to: string | null } | null;
  /** Worth knowing, and no reason to wake anybody. */
  readonly notes: readonly string[];
  /** Every answer, the good ones too. */
  readonly findings: readonly Finding[];
}

/** `deep` are the complaints of pgBackRest's own check, when it was asked for. */
export function backupCheck(
  cluster: LedCluster,
  backup: Backup,
  sight: BackupSight,
  deep?: readonly string[],
): BackupCheck {
  const findings = [
    ...checkRepository(backup, sight),
    ...checkArchiving(cluster.primary, sight),
    ...checkLinks(sight),
    ...checkCertificates(sight),
    ...(deep ? [judgeDeep(deep)] : []),
  ];
  const status = worstOf(findings);
  const newest = sight.control?.repository?.report?.restorable.at(-1);
  return {
    cluster: cluster.name,
    status,
    exitCode: probeExitCode[status],
    time: isoTime(sight.now),
    restorable: newest ? { from: newest.from, to: newest.to } : null,
    notes: [storeWarning(backup.repository) ?? []].flat(),
    findings,
  };
}

const judgeDeep = (complaints: readonly string[]): Finding =>
  complaints.length === 0
    ? finding({ check: 'deep' }, 'ok', 'a new WAL file was sent and has arrived')
    : finding({ check: 'deep' }, 'critical', `pgBackRest's own check: ${complaints.join(' ')}`, [
        'dbctl backup setup',
      ]);
