// A lab is saved and brought back: as it was, and as a second one beside it with the same addresses.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labNameOf } from '../support/e2e.ts';
import { describeOnHosts, patienceMs } from '../support/story.ts';

const bin = new URL('../../bin/dbctl.js', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'dbctl-save-'));
const name = labNameOf('save');
const twin = labNameOf('twin');
const saved = labNameOf('saved');
const twinFlags = ['--isolated', '--name', twin, '--dir', 'twin'];

const dbctl = (...argv: readonly string[]) =>
  execa('node', [bin, ...argv], { cwd: directory, reject: false, stdin: 'ignore' });

async function succeed(...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await dbctl(...argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const onHost = (lab: string, line: string) => succeed('lab', 'ssh', '--name', lab, 'pg1', line);
const psql = (statement: string) => `cd / && runuser -u postgres -- psql -XAtqc '${statement}' app`;
const sql = (lab: string, statement: string) => onHost(lab, psql(statement));

interface LabStatus {
  readonly network: string;
  readonly netns: string | null;
  readonly hosts: readonly { readonly name: string; readonly pid: number; readonly address: string }[];
}

const statusOf = async (lab: string): Promise<LabStatus> =>
  (JSON.parse(await succeed('lab', 'status', '--name', lab, '-o', 'json')) as LabStatus[])[0]!;

const layersOf = async (lab: string): Promise<readonly string[]> => {
  const { stdout } = await dbctl('lab', 'saved', '-o', 'json');
  const all = JSON.parse(stdout) as { name: string; lab: { layers: string[] } }[];
  return all.find((one) => one.name === lab)!.lab.layers;
};

const clear = async (): Promise<void> => {
  for (const lab of [name, twin]) await dbctl('lab', 'down', '--name', lab);
  await dbctl('lab', 'forget', saved);
};

describeOnHosts('a saved lab', () => {
  let layers: readonly string[];

  beforeAll(async () => {
    await clear();
    await succeed('lab', 'up', '--name', name, '--hosts', 'control,pg1');
    await succeed('init-primary');
    await sql(name, 'create table orders as select generate_series(1, 1000) n');
    await sql(name, `select pg_create_physical_replication_slot($$kept$$, true)`);
  }, patienceMs);

  afterAll(async () => {
    await clear();
    rmSync(directory, { recursive: true, force: true });
  }, patienceMs);

  test('is made without a copy of the disks, and its hosts go on from there', async () => {
    const said = await succeed('lab', 'save', saved, '--name', name);

    expect(said).toContain(`sudo dbctl lab restore ${saved}`);
    layers = await layersOf(saved);
    expect(layers).toHaveLength(1);
    expect(await sql(name, 'select count(*) from orders')).toBe('1000');
    expect(await succeed('lab', 'saved')).toMatch(
      new RegExp(`^ {2}${saved} .*Z +\\d+ MB +10\\..*control,pg1$`, 'm'),
    );
  });

  test('is not replaced by another of its name', async () => {
    const { exitCode, stderr } = await dbctl('lab', 'save', saved, '--name', name);

    expect(exitCode).toBe(4);
    expect(stderr).toContain(`dbctl lab forget ${saved}`);
  });

  test('comes back as it was, whatever happened to its hosts since', async () => {
    const file = join(directory, '.env.cluster');
    const before = readFileSync(file, 'utf8');
    await onHost(
      name,
      'systemctl kill --signal=KILL postgresql@17-main; rm -r /var/lib/postgresql /etc/dbctl',
    );
    rmSync(file);

    await succeed('lab', 'restore', saved);

    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await sql(name, 'select count(*) from orders')).toBe('1000');
    expect(await succeed('init-primary')).toBe('0 changes');
  });

  test('does not share the network of a lab that runs, and the way out is named', async () => {
    const { exitCode, stderr } = await dbctl('lab', 'restore', saved, '--name', twin, '--dir', 'twin');

    expect(exitCode).toBe(2);
    expect(stderr).toContain('--isolated');
  });

  test('stands beside itself with the same addresses, and neither notices the other', async () => {
    await succeed('lab', 'restore', saved, ...twinFlags);

    const [one, other] = [await statusOf(name), await statusOf(twin)];
    expect(other.hosts.map(({ address }) => address)).toEqual(one.hosts.map(({ address }) => address));
    await sql(twin, 'delete from orders');
    expect(await sql(name, 'select count(*) from orders')).toBe('1000');
    const inside = ['netns', 'exec', other.netns!, 'node', bin, 'status', '-o', 'json'];
    const { stdout } = await execa('ip', [...inside, '-c', 'twin/.env.cluster'], { cwd: directory });
    expect(stdout).toContain('"pg1"');
  });

  test('has directories that its hosts may rename, as on any disk', async () => {
    await sql(twin, 'select pg_drop_replication_slot($$kept$$)');
    await onHost(twin, 'perl -e "rename q(/etc/skel), q(/etc/moved) or die $!" && test -d /etc/moved');
  });

  test('is removed, and a lab that was made from it keeps its disks until it goes', async () => {
    await succeed('lab', 'forget', saved);
    process.kill((await statusOf(twin)).hosts.find((host) => host.name === 'pg1')!.pid, 'SIGKILL');

    await expect.poll(() => dbctl('lab', 'up', '--name', twin)).toMatchObject({ exitCode: 0 });

    const left = async () =>
      (await dbctl('lab', 'ssh', '--name', twin, 'pg1', psql('select count(*) from orders'))).stdout;
    await expect.poll(left, { timeout: 30_000 }).toBe('0');
    for (const lab of [name, twin]) await succeed('lab', 'down', '--name', lab);
    expect(layers.filter((layer) => existsSync(layer))).toEqual([]);
    expect(existsSync(`/run/netns/dbctl.${twin}`)).toBe(false);
  });
});
