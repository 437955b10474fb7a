// npm run demo: a whole cluster on this machine, from nothing. Run again, it changes nothing and says so.

import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { asRoot, buildStores, prepareMachine, prepareProject, root } from './prepare.mjs';
import { must, say, sayFailed, sayWhat } from './run.mjs';

const began = Date.now();
const directory = `${root}demo`;

await prepareProject();
const reason = await prepareMachine();
if (reason !== undefined) {
  sayFailed(`The demo cannot run here: ${reason}`);
  process.exit(2);
}

mkdirSync(directory, { recursive: true });
if (!existsSync(`${directory}/dbctl`)) symlinkSync('../bin/dbctl.js', `${directory}/dbctl`);

const dbctl = (...words) => must(['./dbctl', ...words], { cwd: directory });
const sudo = asRoot() ?? [];
// sudo has a PATH of its own, where this Node may be missing, and drops variables.
const variables = ['DBCTL_LAB_DIR', 'DBCTL_LAB_MIRROR'].flatMap((name) =>
  process.env[name] ? [`${name}=${process.env[name]}`] : [],
);
const asRootHere = sudo.length === 0 ? [] : [...sudo, ...variables, process.execPath];

sayWhat('an object store for the backups is built with Go meanwhile: minutes the first time, nothing later');
const store = buildStores(['minio']);
sayWhat('four Debian hosts in the directory demo');
await must([...asRootHere, './dbctl', 'lab', 'up', '--name', 'demo'], { cwd: directory });
sayWhat('a primary on pg1');
await dbctl('init-primary');
sayWhat('replicas on pg2 and pg3');
await dbctl('add-replica', 'pg2', 'pg3');
sayWhat('backups: MinIO on the control host, WAL and a first full backup in it');
const problem = await store;
if (problem !== undefined) {
  sayFailed(problem);
  process.exit(1);
}
await dbctl('backup', 'setup');
sayWhat('a restore, rehearsed');
await dbctl('backup', 'drill');
sayWhat('every node, as every role');
await dbctl('probe', '--wait', '30s');

const lab = [...asRootHere, './dbctl', 'lab'].join(' ');
say(`
The cluster runs, ${Math.round((Date.now() - began) / 1000)} s from the start. Try next:

  cd demo
  ./dbctl status                 # every node, as its host sees it
  ./dbctl backup info            # what can be restored, to which second
  ./dbctl lab ssh --name demo pg2 systemctl poweroff
  ./dbctl probe                  # CRITICAL: pg2 is gone
  ${lab} up --name demo
  ./dbctl probe --wait 30s       # OK again
  ./dbctl lab ssh --name demo pg1

Remove it:

  ${lab} down --name demo && cd .. && rm -r demo`);
