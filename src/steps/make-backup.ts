import { describeBackup } from '../cluster/backup-progress.ts';
import type { Backup, BackupType } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { pgbackrestFiles, pgbackrestUser } from '../cluster/pgbackrest.ts';
import type { Report, Step } from '../engine/step.ts';
import type { Host } from '../remote/host.ts';
import { followLongWork } from '../remote/long-work.ts';
import { backupInfo, pgbackrest } from '../shell/pgbackrest.ts';

/** Makes a first backup where there is none: until then, WAL in the repository protects nothing. */
export function keepFirstBackup(cluster: Cluster, backup: Backup): Step {
  const place = { config: pgbackrestFiles(cluster).controlConfig, stanza: backup.stanza };
  return {
    title: 'Make the first backup',

    async diff(host) {
      if ((await host.readFile(place.config)) === undefined) return ['make the first full backup'];
      const info = await host.ask(backupInfo(place));
      const isThere = info?.backups.some(({ repository }) => repository === 1);
      return isThere ? [] : ['make the first full backup'];
    },

    apply: (host, report) => makeBackup(cluster, backup, { host, type: 'full', report }),
  };
}

interface Work {
  /** The control host. */
  readonly host: Host;
  readonly type: BackupType;
  readonly report: Report;
}

/** Makes a backup as a unit that goes on without dbctl; one that runs already is followed, whatever its type. */
export async function makeBackup(
  cluster: Cluster,
  backup: Backup,
  { host, type, report }: Work,
): Promise<void> {
  const place = { config: pgbackrestFiles(cluster).controlConfig, stanza: backup.stanza };
  const unit = {
    name: `dbctl-backup-${cluster.name}`,
    description: `Backup of ${cluster.name}`,
    asUser: pgbackrestUser,
    argv: pgbackrest(place, 'backup', `--type=${type}`),
  };
  const startedAt = Date.now();
  let askedAt = 0;
  await followLongWork(host, unit, async () => {
    if (Date.now() - askedAt < 1000) return;
    askedAt = Date.now();
    const running = (await host.ask(backupInfo(place)))?.running;
    report(running ? describeBackup(running, (askedAt - startedAt) / 1000) : `making a ${type} backup`);
  });
}
