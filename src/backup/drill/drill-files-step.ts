// What a data host needs to rehearse a restore by itself.

import type { Backup } from '../../model/backup.ts';
import type { Cluster, Node } from '../../model/cluster.ts';
import { drillFiles } from './drill.ts';
import { instanceOf } from '../../model/instance.ts';
import { nodeConfigOf } from '../pgbackrest.ts';
import { readAssertions } from './drill-assertions.ts';
import { change, ensure, type Step } from '../../engine/step.ts';
import { render } from '../../model/render.ts';
import { drillArgv, hasDrillState, makeDrillState } from './drills-query.ts';
import { programFile } from '../../host/script.ts';
import { jobLibraries } from '../../postgres/job-libraries.ts';
import { ownFile } from '../../system/own-file.ts';

/** Keeps the program, what it must know, and the user's assertions. None of it is secret. */
export function ensureDrillFiles(cluster: Cluster, backup: Backup, node: Node): readonly Step[] {
  const files = drillFiles(cluster);
  return [
    keepState(cluster),
    ownFile("Write the drill's program", {
      path: files.program,
      content: programFile('backup/drill.sh'),
    }),
    ownFile('Write the program that keeps a copy apart', {
      path: files.apart,
      content: programFile('system/apart.sh'),
    }),
    ownFile("Write the drill's configuration", {
      path: files.config,
      content: configText(cluster, backup, node),
    }),
    ownFile("Write the drill's assertions", {
      path: files.assertions,
      content: async () => `${JSON.stringify(readAssertions(backup), null, 1)}\n`,
    }),
  ];
}

/** Where the script, which runs as postgres, keeps the history. */
function keepState(cluster: Cluster): Step {
  const what = change('drill.state', `make ${drillFiles(cluster).state}`);
  return ensure('Create the directory of the drill history', what, {
    isRight: (host) => host.ask(hasDrillState(cluster)),
    apply: (host) => host.run(makeDrillState(cluster)),
  });
}

function configText(cluster: Cluster, backup: Backup, node: Node): string {
  const files = drillFiles(cluster);
  const { admin, writer, reader, replication, database } = cluster.postgres;
  const instance = instanceOf(cluster, node);
  return render('etc/dbctl/cluster/drill.conf', {
    cluster: cluster.name,
    by_hand: drillArgv(cluster).join(' '),
    node: node.name,
    version: String(instance.version),
    instance: instance.name,
    port: String(node.port),
    stanza: backup.stanza,
    config: nodeConfigOf(cluster, node),
    state: files.state,
    database,
    admin: admin.name,
    roles: [admin, writer, reader, replication].map(({ name }) => name).join(' '),
    assertions: files.assertions,
    job_libraries: jobLibraries.join('|'),
  });
}
