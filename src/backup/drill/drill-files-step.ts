// What a data host needs to rehearse a restore by itself.

import type { Backup } from '../../model/backup.ts';
import type { Cluster, Node } from '../../model/cluster.ts';
import { drillFiles } from './drill.ts';
import { instanceOf } from '../../model/instance.ts';
import { nodeConfigOf } from '../pgbackrest.ts';
import { readAssertions } from './drill-assertions.ts';
import { change, type Step } from '../../engine/step.ts';
import { render } from '../../model/render.ts';
import { hasDrillState, makeDrillState } from './drills-query.ts';
import { ownFile } from '../../system/own-file.ts';

const readableByAll = { owner: 'root:root', mode: 0o644 } as const;

/** Keeps the program, what it must know, and the user's assertions. None of it is secret. */
export function ensureDrillFiles(cluster: Cluster, backup: Backup, node: Node): readonly Step[] {
  const files = drillFiles(cluster);
  return [
    keepState(cluster),
    ownFile("Write the drill's program", {
      path: files.program,
      content: render('usr/local/lib/dbctl/drill.sh', {}),
      ...readableByAll,
    }),
    ownFile("Write the drill's configuration", {
      path: files.config,
      content: configText(cluster, backup, node),
      ...readableByAll,
    }),
    ownFile("Write the drill's assertions", {
      path: files.assertions,
      content: async () => `${JSON.stringify(readAssertions(backup), null, 1)}\n`,
      ...readableByAll,
    }),
  ];
}

/** Where the script, which runs as postgres, keeps the history. */
const keepState = (cluster: Cluster): Step => ({
  title: 'Create the directory of the drill history',

  async diff(host) {
    return (await host.ask(hasDrillState(cluster)))
      ? []
      : [change('drill.state', `make ${drillFiles(cluster).state}`)];
  },

  apply: (host) => host.run(makeDrillState(cluster)),
});

function configText(cluster: Cluster, backup: Backup, node: Node): string {
  const files = drillFiles(cluster);
  const { admin, writer, reader, replication, database } = cluster.postgres;
  const instance = instanceOf(cluster, node);
  return render('etc/dbctl/cluster/drill.conf', {
    cluster: cluster.name,
    program: files.program,
    path: files.config,
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
  });
}
