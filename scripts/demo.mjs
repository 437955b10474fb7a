// npm run demo: a whole cluster on this machine, from nothing. Run again, it changes nothing and says so. With `-- --ha` it is
// a cluster that Patroni keeps, whose leader loses its power before your eyes.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { asRoot, buildStores, prepareMachine, prepareProject, root } from './prepare.mjs';
import { answerOf, must, run, say, sayFailed, sayWhat } from './run.mjs';

const began = Date.now();
const isKept = process.argv.includes('--ha');
const cluster = isKept ? 'demo-ha' : 'demo';
const directory = `${root}${cluster}`;

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

const labUp = () => must([...asRootHere, './dbctl', 'lab', 'up', '--name', cluster], { cwd: directory });
const lab = [...asRootHere, './dbctl', 'lab'].join(' ');
if (isKept) {
  await rehearseFailover();
  process.exit();
}

sayWhat('an object store for the backups is built with Go meanwhile: minutes the first time, nothing later');
const store = buildStores(['minio']);
sayWhat('four Debian hosts in the directory demo');
await labUp();
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

/** What docs/rehearse-a-failover.md walks through. */
async function rehearseFailover() {
  const onLab = (...words) =>
    must([...asRootHere, './dbctl', 'lab', ...words, '--name', cluster], { cwd: directory });
  sayWhat(`four Debian hosts in the directory ${cluster}`);
  await labUp();
  const file = `${directory}/.env.cluster`;
  const settings = readFileSync(file, 'utf8').replace(/^(BACKUP_REPOSITORY|CLUSTER_HA)=.*\n/gm, '');
  writeFileSync(file, `${settings.trimEnd()}\nCLUSTER_HA=patroni\n`, { mode: 0o600 });
  sayWhat('a primary, two replicas, etcd and Patroni');
  await dbctl('up', '--yes');
  await dbctl('status');
  const { leader } = look();
  if (leader === null) throw new Error('no node leads');
  sayWhat(`the power of ${leader}, which leads, is cut`);
  await onLab('break', 'power', leader);
  sayWhat('another node leads within half a minute: look for the role of each');
  await statusUntil((now) => now.leader !== null && now.leader !== leader);
  sayWhat('what happened, according to Patroni');
  await dbctl('history', '-n', '3');
  sayWhat(`${leader} comes back, and follows`);
  await onLab('heal');
  await statusUntil(({ nodes }) => nodes.every(({ state }) => state === 'running'));
  say(`
All of it took ${Math.round((Date.now() - began) / 1000)} s. Go on with docs/rehearse-a-failover.md:

  cd ${cluster}
  ./dbctl status --watch                                  # in another terminal
  ${lab} break freeze pg2 --name ${cluster}      # or: cable, ports, kill, stop …
  ${lab} heal --name ${cluster}
  ./dbctl switchover --candidate ${leader}

Remove it:

  ${lab} down --name ${cluster} && cd .. && rm -r ${cluster}`);
}

/** What `dbctl status` answers, also while a host is down. */
function look() {
  const asked = './dbctl status -o json 2>/dev/null || [ $? -eq 3 ]';
  return JSON.parse(answerOf(['sh', '-c', asked], directory));
}

/** Shows it again and again. */
async function statusUntil(isSo) {
  do await run(['./dbctl', 'status'], { cwd: directory });
  while (!isSo(look()));
}
