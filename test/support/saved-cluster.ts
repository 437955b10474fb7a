// A story that needs a running cluster begins with one that was saved: it is made once for all of them, and each gets its
// own copy in a second, for a tenth of the processor time.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { vi } from 'vitest';
import { bootLab, labNameOf, restoreLab, runDbctl, type Lab } from './e2e.ts';
import { expectExit } from './story.ts';

interface Shape {
  /** In names of labs, which are short. */
  readonly letter: string;
  /** What it is made from: hosts, or another shape. */
  readonly from: { readonly hosts: string } | ShapeName;
  readonly settings?: Readonly<Record<string, string | undefined>>;
  readonly commands: readonly (readonly string[])[];
  readonly replicas: number;
}

export type ShapeName = 'primary' | 'replica' | 'two replicas' | 'backups';

const farAway = '"*-06-30 03:33:00"';

const withoutBackups = { BACKUP_REPOSITORY: undefined };

const shapes: Readonly<Record<ShapeName, Shape>> = {
  /** control, pg1, pg2; the primary on pg1. */
  primary: {
    letter: 'p',
    from: { hosts: 'control,pg1,pg2' },
    settings: withoutBackups,
    commands: [['init-primary']],
    replicas: 0,
  },
  /** The same, and a replica on pg2. */
  replica: { letter: 'r', from: 'primary', commands: [['add-replica']], replicas: 1 },
  /** control, pg1, pg2, pg3; the primary on pg1, replicas on the others. */
  'two replicas': {
    letter: 't',
    from: { hosts: 'control,pg1,pg2,pg3' },
    settings: withoutBackups,
    commands: [['init-primary'], ['add-replica']],
    replicas: 2,
  },
  /** As 'replica', and backups in a directory of the control host: a full one is there, and WAL is archived. */
  backups: {
    letter: 'b',
    from: 'replica',
    // No story is to meet a backup that is made because it is two o'clock.
    settings: {
      BACKUP_REPOSITORY: 'posix',
      BACKUP_SCHEDULE_FULL: farAway,
      BACKUP_SCHEDULE_DIFF: farAway,
      BACKUP_SCHEDULE_INCR: farAway,
      BACKUP_SCHEDULE_DRILL: farAway,
    },
    commands: [['backup', 'setup']],
    replicas: 1,
  },
};

/**
 * Starts a cluster for one story and waits until it is whole. CLUSTER_NAME is not the lab's name here, and connections
 * from this machine go through `lab.inside`.
 */
export async function startCluster(story: string, name: ShapeName): Promise<Lab> {
  const lab = await restoreLab(story, await ensureSaved(name));
  const { replicas } = shapes[name];
  const streaming = `select count(*) = ${replicas} from pg_stat_replication where state = 'streaming'`;
  const isWhole = async (): Promise<boolean> => (await lab.sql('pg1', streaming).catch(String)) === 't';
  await vi.waitUntil(isWhole, { timeout: 60_000, interval: 150 });
  return lab;
}

/** Makes what is missing, one after the other; answers the name it was saved by. */
async function ensureSaved(name: ShapeName): Promise<string> {
  const { letter } = shapes[name];
  const saved = labNameOf(`${letter}-${fingerprint()}`);
  return oneByOne(labNameOf(letter), async () => {
    const known = await savedLabs();
    if (known.some((one) => one.name === saved && isFresh(one))) return saved;
    const old = known.filter((one) => one.name.startsWith(labNameOf(`${letter}-`)));
    for (const one of old) await dbctl('lab', 'forget', one.name);
    await make(name, saved);
    return saved;
  });
}

async function make(name: ShapeName, saved: string): Promise<void> {
  const { letter, from, settings = {}, commands } = shapes[name];
  const story = `make-${letter}`;
  const lab = await (typeof from === 'string'
    ? startCluster(story, from)
    : bootLab(story, ['--hosts', from.hosts]));
  lab.configure(settings);
  for (const command of commands) expectExit(await lab.dbctl(...command), 0);
  await dbctl('lab', 'save', saved, '--name', lab.name);
  await lab.down();
}

interface Saved {
  readonly name: string;
  readonly savedAt: string;
}

const savedLabs = async (): Promise<readonly Saved[]> =>
  JSON.parse(await dbctl('lab', 'saved', '-o', 'json')) as readonly Saved[];

/** Certificates and backups grow old, and timers make up for what they missed. */
const isFresh = ({ savedAt }: Saved): boolean => Date.now() - Date.parse(savedAt) < 6 * 3_600_000;

async function dbctl(...args: readonly string[]): Promise<string> {
  const finished = await runDbctl(tmpdir(), args).end;
  expectExit(finished, 0);
  return finished.stdout;
}

/** Of all that a cluster is made by: a build that differs has clusters of its own. */
function fingerprint(): string {
  const hash = createHash('sha256').update(JSON.stringify(shapes));
  for (const folder of ['dist', 'templates']) {
    const path = new URL(`../../${folder}`, import.meta.url).pathname;
    const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const files = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 8);
}

/** Stories run side by side, in processes of their own; the lock ends with the process that has it. */
async function oneByOne<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  const holder = execa('flock', [join(tmpdir(), `dbctl-${lock}.lock`), 'sh', '-c', 'echo && cat'], {
    stdin: 'pipe',
    reject: false,
  });
  await new Promise((held) => holder.stdout.once('data', held));
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
