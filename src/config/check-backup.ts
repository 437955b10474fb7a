// What must fit together in the settings of backups.

import type { Repository } from '../model/backup.ts';
import type { Machine } from '../model/cluster.ts';
import type { Problem } from './problem.ts';
import { isBucketName } from './readers/backup.ts';
import type { SettingName, Settings } from './settings.ts';

type SomeSettings = Partial<Settings>;

const keySettings = ['MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'] as const;
const storeSettings = [...keySettings, 'MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'] as const;

/** What each repository needs besides its name. */
const needed: Readonly<Record<Repository['kind'], readonly SettingName[]>> = {
  posix: [],
  s3: ['MINIO_ENDPOINT', ...keySettings],
  minio: storeSettings,
  versitygw: storeSettings,
};

/** A repository needs its keys, and a control host that the data hosts can reach. */
export function* checkBackup(
  settings: SomeSettings,
  control: Machine | undefined,
  /** Settings that have a problem of their own already. */
  faulty: ReadonlySet<string>,
): Iterable<Problem> {
  const kind = settings.BACKUP_REPOSITORY;
  if (kind === undefined) return;
  yield* missing(kind, settings, faulty);
  yield* unreachable(kind, control);
  yield* unfitBucket(kind, settings, faulty);
  if (kind === 'minio') yield* unfitForMinio(settings);
  yield* uncheckedProgram(settings, faulty);
  yield* sharedKey(settings);
  yield* agesReversed(settings);
}

function* missing(
  kind: Repository['kind'],
  settings: SomeSettings,
  faulty: ReadonlySet<string>,
): Iterable<Problem> {
  for (const name of ['PGBACKREST_CIPHER_PASS', ...needed[kind]] as const) {
    if (settings[name] !== undefined || faulty.has(name)) continue;
    yield { setting: name, text: `is missing: BACKUP_REPOSITORY=${kind} needs it` };
  }
}

function* unreachable(kind: Repository['kind'], control: Machine | undefined): Iterable<Problem> {
  if (kind === 's3' || control?.host !== 'local') return;
  yield {
    setting: 'CLUSTER_CONTROL_HOST',
    text: `must be an address that the data hosts can reach: BACKUP_REPOSITORY=${kind} keeps the backups there`,
  };
}

function* unfitBucket(
  kind: Repository['kind'],
  { MINIO_BUCKET: bucket, CLUSTER_NAME: name }: SomeSettings,
  faulty: ReadonlySet<string>,
): Iterable<Problem> {
  if (kind === 'posix' || bucket !== undefined || faulty.has('MINIO_BUCKET')) return;
  if (name === undefined || isBucketName(name)) return;
  yield { setting: 'MINIO_BUCKET', text: `is missing: no bucket can be called ${name}, as the cluster is` };
}

const lengthsInMinio = [
  ['MINIO_ACCESS_KEY', 3, 20],
  ['MINIO_SECRET_KEY', 8, 40],
] as const;

/** MinIO takes shorter keys than other stores do. */
function* unfitForMinio(settings: SomeSettings): Iterable<Problem> {
  for (const [setting, shortest, longest] of lengthsInMinio) {
    const length = settings[setting]?.reveal().length ?? shortest;
    if (length >= shortest && length <= longest) continue;
    yield { setting, text: `expected ${shortest} to ${longest} characters, which is what MinIO takes` };
  }
}

function* uncheckedProgram(settings: SomeSettings, faulty: ReadonlySet<string>): Iterable<Problem> {
  const { MINIO_BINARY: program, MINIO_BINARY_SHA256: sha256 } = settings;
  if (!program?.startsWith('https:') || sha256 !== undefined || faulty.has('MINIO_BINARY_SHA256')) return;
  yield {
    setting: 'MINIO_BINARY_SHA256',
    text: 'is missing: a program from a URL is checked before it runs',
  };
}

function* sharedKey({ MINIO_ACCESS_KEY: key, MINIO_ROOT_USER: root }: SomeSettings): Iterable<Problem> {
  if (key === undefined || key.reveal() !== root?.reveal()) return;
  yield {
    setting: 'MINIO_ACCESS_KEY',
    text: 'must differ from MINIO_ROOT_USER: it may touch its bucket only',
  };
}

function* agesReversed({ BACKUP_WARN_AGE: warn, BACKUP_MAX_AGE: max }: SomeSettings): Iterable<Problem> {
  if (warn === undefined || max === undefined || warn <= max) return;
  yield { setting: 'BACKUP_WARN_AGE', text: `is ${warn} s, which is above BACKUP_MAX_AGE (${max} s)` };
}
