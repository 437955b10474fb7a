// Looks at everything that backups rest on, all at once, and changes nothing.

import { backupCheck, type BackupCheck } from './backup-check.ts';
import type { BackupFacts } from './backup-facts.ts';
import type { Backup } from '../../model/backup.ts';
import type { Cluster } from '../../model/cluster.ts';
import { withHosts } from '../../host/with-hosts.ts';
import { askEnd, pgbackrest, controlPlace } from '../pgbackrest-query.ts';
import { askMachines, type LoginOptions } from '../../host/ask-machines.ts';
import { readControlFacts } from './control-facts.ts';
import { readNodeBackupFacts } from './node-facts.ts';

export async function checkBackups(
  cluster: Cluster,
  backup: Backup,
  options: LoginOptions & { readonly deep?: boolean | undefined },
): Promise<BackupCheck> {
  const [[control], nodes] = await Promise.all([
    askMachines(cluster, [cluster.control], options, (host) => readControlFacts(cluster, backup, host)),
    askMachines(cluster, cluster.nodes, options, (host, node) =>
      readNodeBackupFacts(cluster, backup, node, host),
    ),
  ]);
  const unseen = [control, ...nodes].flatMap((one) =>
    one?.problem === undefined ? [] : [{ name: one.machine.name, problem: one.problem }],
  );
  const sight: BackupFacts = {
    now: Date.now() / 1000,
    control: control?.answer,
    nodes: nodes.flatMap(({ answer }) => answer ?? []),
    unseen,
  };
  const deep = options.deep && control?.answer ? await checkDeeply(cluster, backup, options) : undefined;
  return backupCheck(cluster, backup, sight, deep);
}

/** Lets pgBackRest switch to a new WAL file and see the old one arrive. Answers its complaints. */
async function checkDeeply(
  cluster: Cluster,
  backup: Backup,
  options: LoginOptions,
): Promise<readonly string[]> {
  const check = askEnd(pgbackrest(controlPlace(cluster, backup), 'check'), 300_000);
  const { exitCode, complaints } = await withHosts(
    [cluster.control],
    { ...options, ssh: cluster.ssh },
    (hosts) => hosts.get(cluster.control.name).ask(check),
  );
  return exitCode === 0 ? [] : [`exit code ${exitCode}`, ...complaints];
}
