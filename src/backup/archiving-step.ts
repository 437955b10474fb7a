import type { Backup } from '../model/backup.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { settingValue } from '../postgres/libpq.ts';
import { ownFile, type OwnFile } from '../system/own-file.ts';

/** Keeps the settings that send WAL to the repository and fetch it from there; a reload turns them on. */
export const ensureArchiving = (cluster: Cluster, backup: Backup, node: Node): Step =>
  ownFile('Send WAL to the repository', archivingFile(cluster, backup, node));

function archivingFile(cluster: Cluster, { stanza }: Backup, node: Node): OwnFile {
  // pgBackRest insists that its own name is in the command.
  const program = `pgbackrest --config=${nodeConfigOf(cluster, node)} --stanza=${stanza}`;
  return {
    path: instanceOf(cluster, node).files.archiving,
    content: render('etc/postgresql/conf.d/dbctl_backup.conf', {
      cluster: cluster.name,
      archive_command: settingValue(`${program} archive-push "%p"`),
      restore_command: settingValue(`${program} archive-get %f "%p"`),
    }),
    owner: 'postgres:postgres',
    mode: 0o640,
    isSealed: true,
    isShown: true,
  };
}
