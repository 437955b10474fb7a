import type { Backup } from '../model/backup.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf, nodeSpoolOf } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { settingValue } from '../postgres/libpq.ts';
import { ownFile, type OwnFile } from '../system/own-file.ts';

/** Keeps the settings that send WAL to the repository and fetch it from there, and what they run; a reload turns them on. */
export const ensureArchiving = (cluster: Cluster, backup: Backup, node: Node): readonly Step[] => [
  ownFile('Write the program that sends and fetches WAL', walProgram(cluster, node)),
  ownFile('Send WAL to the repository', archivingFile(cluster, backup, node)),
];

const walProgramOf = (cluster: Cluster, node: Node): string =>
  `${instanceOf(cluster, node).dbctlDirectory}/wal.sh`;

function walProgram(cluster: Cluster, node: Node): OwnFile {
  const { binDirectory, configDirectory } = instanceOf(cluster, node);
  return {
    path: walProgramOf(cluster, node),
    content: render('etc/dbctl/cluster/node/wal.sh', {
      cluster: cluster.name,
      node: `${cluster.name}/${node.name}`,
      bin: binDirectory,
      config: configDirectory,
      spool: nodeSpoolOf(cluster, node),
    }),
    isSealed: true,
    isShown: true,
  };
}

function archivingFile(cluster: Cluster, { stanza }: Backup, node: Node): OwnFile {
  // pgBackRest insists that its own name is in the command.
  const program = `pgbackrest --config=${nodeConfigOf(cluster, node)} --stanza=${stanza}`;
  const wal = `sh ${walProgramOf(cluster, node)}`;
  return {
    path: instanceOf(cluster, node).files.archiving,
    content: render('etc/postgresql/conf.d/dbctl_backup.conf', {
      cluster: cluster.name,
      archive_command: settingValue(`${wal} push %f "%p" ${program} archive-push "%p"`),
      restore_command: settingValue(`${wal} fetch %f "%p" ${program} archive-get %f "%p"`),
    }),
    owner: 'postgres:postgres',
    mode: 0o640,
    isSealed: true,
    isShown: true,
  };
}
