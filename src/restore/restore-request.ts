// What was typed after `dbctl backup restore`.

import type { ChangeFlags } from '../kit/change.ts';
import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import type { RestoreFlags, RestoreRequest } from './restore.ts';

export interface Flags extends ChangeFlags, RestoreFlags {
  readonly to?: string;
  readonly inPlace?: boolean;
  readonly yes?: boolean;
}

export interface Asked {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly request: RestoreRequest;
  readonly flags: Flags;
}
