import type { PlanResult } from '../engine/run-plan.ts';
import type { Backup } from '../model/backup.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import type { RestoreRecord } from './place-restored-step.ts';
import type { RestoreRequest } from './restore.ts';

/** What is restored, wherever to. */
export interface RestoreSource {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly request: RestoreRequest;
}

export interface RestoreAnswer {
  readonly where: 'beside' | 'in place';
  /** With the node that was restored, as if it were one of the cluster. */
  readonly cluster: Cluster;
  readonly node: Node;
  readonly result: PlanResult;
  /** undefined in a dry run. */
  readonly record: RestoreRecord | undefined;
}
