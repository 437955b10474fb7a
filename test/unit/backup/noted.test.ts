import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scriptFile } from '../../../src/host/script.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-noted-'));
afterAll(() => rmSync(directory, { recursive: true }));
const note = join(directory, 'last-incr');

const written = (): string => readFileSync(note, 'utf8').replaceAll(/^(began|ended)=\d+$/gm, '$1=0');

/** Runs the program with a work of shell; answers its exit code and what it wrote down. */
function noted(work: string, config?: string) {
  const words = ['-c', scriptFile('backup/noted.sh'), 'noted.sh', note, 'sh', '-c', work, 'sh'];
  const { status } = spawnSync('sh', config === undefined ? words : [...words, `--config=${config}`]);
  return { status, note: written() };
}

/** A configuration of these nodes, by number and port. */
function configOf(nodes: Readonly<Record<number, number>>): string {
  const file = join(directory, 'control.conf');
  const lines = Object.entries(nodes).map(
    ([number, port]) =>
      `pg${number}-host=127.0.0.1\npg${number}-path=/data${number}\npg${number}-port=${port}\n`,
  );
  writeFileSync(file, `[shop]\n${lines.join('')}`);
  return file;
}

const stuck = 'P00  ERROR: [082]: timeout before standby replayed';
/** pgBackRest, by the nodes of its configuration, told by their data: 1 leads, and 2 does not replay. It wants a first one. */
const work = `
grep -q ^pg1- "\${1#--config=}" || exit 37
nodes=$(sed -n 's/^pg[0-9]*-path=.data//p' "\${1#--config=}" | paste -sd ,)
[ "\${2:-}" = --no-backup-standby ] && { echo "primary of $nodes"; exit; }
case $nodes in *1*) ;; *) exit 56 ;; esac
case $nodes in *2*) echo '${stuck}'; exit 82 ;; *) echo "standby of $nodes" ;; esac`;
const nobody = 1;

test('a backup that ended with 82 is made from another replica, and the reason is written down', () => {
  const config = configOf({ 1: nobody, 2: nobody, 3: nobody });

  expect(noted(work, config)).toEqual({
    status: 0,
    note: 'began=0\nended=0\ncode=0\npassed=[082]: timeout before standby replayed\nsaid=standby of 1,3\n',
  });
  expect(readdirSync(directory).filter((name) => name.includes('.conf.'))).toEqual([]);
});

test('where every replica ends it with 82, it is made from the primary', () => {
  const allStuck = work.replace('*2*)', '*[23]*)').replace('case $nodes in *1*)', 'case $nodes in *1,*)');

  expect(noted(allStuck, configOf({ 1: nobody, 2: nobody, 3: nobody }))).toMatchObject({
    status: 0,
    note: expect.stringContaining('said=primary of 1,2,3'),
  });
  expect(noted(`echo '${stuck}'; exit 82`)).toMatchObject({
    status: 82,
    note: expect.stringContaining('code=82'),
  });
});

test('any other end is the end', () => {
  expect(noted('echo "$#"; exit 29')).toEqual({
    status: 29,
    note: 'began=0\nended=0\ncode=29\nsaid=0\n',
  });
});

/** A server that says this to whoever connects; nothing: it is frozen. */
async function serverSaying(word: string): Promise<Server> {
  const server = createServer((socket) => void (word && socket.write(word)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a server that takes connections and says nothing is left out', { timeout: 30_000 }, async () => {
  const servers = await Promise.all(['N', '', 'S'].map(serverSaying));
  const [one, two, three] = servers.map((server) => (server.address() as AddressInfo).port);
  const config = configOf({ 1: one!, 2: two!, 3: three! });

  const words = ['-c', scriptFile('backup/noted.sh'), 'noted.sh', note, 'sh', '-c', work, 'sh'];
  await once(spawn('sh', [...words, `--config=${config}`], { stdio: 'ignore' }), 'exit');
  for (const server of servers) server.close();

  expect(written()).toContain(
    `passed=the server on 127.0.0.1, port ${two}, accepts connections and does not`,
  );
  expect(written()).toContain('said=standby of 1,3');
});
