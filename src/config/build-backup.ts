// From settings to how the cluster is backed up, and what must fit together for that.

import type { Backup, Repository } from '../cluster/backup.ts';
import type { Machine } from '../cluster/cluster.ts';
import type { Problem } from './problem.ts';
import type { SettingName, Settings } from './settings.ts';

const storePort = 9000;

/** Puts together settings without problems; undefined when no repository is named. */
export function buildBackup(
  settings: Settings,
  control: Machine,
  located: (path: string) => string,
): Backup | undefined {
  if (settings.BACKUP_REPOSITORY === undefined) return undefined;
  return {
    repository: buildRepository(settings.BACKUP_REPOSITORY, settings, control, located),
    stanza: settings.PGBACKREST_STANZA ?? settings.CLUSTER_NAME,
    tlsPort: settings.PGBACKREST_TLS_PORT,
    cipherPass: settings.PGBACKREST_CIPHER_PASS!,
    retention: { full: settings.PGBACKREST_RETENTION_FULL, diff: settings.PGBACKREST_RETENTION_DIFF },
    schedule: {
      full: settings.BACKUP_SCHEDULE_FULL,
      diff: settings.BACKUP_SCHEDULE_DIFF,
      incr: settings.BACKUP_SCHEDULE_INCR,
      drill: settings.BACKUP_SCHEDULE_DRILL,
    },
    ageLimits: { warnSeconds: settings.BACKUP_WARN_AGE, maxSeconds: settings.BACKUP_MAX_AGE },
    drillAgeSeconds: settings.BACKUP_DRILL_AGE,
    drillAssertionsFile: settings.BACKUP_DRILL_SQL && located(settings.BACKUP_DRILL_SQL),
  };
}

function buildRepository(
  kind: Repository['kind'],
  settings: Settings,
  control: Machine,
  located: (path: string) => string,
): Repository {
  if (kind === 'posix') return { kind };
  const bucket = {
    host: settings.MINIO_ENDPOINT?.host ?? control.host,
    port: settings.MINIO_ENDPOINT?.port ?? (kind === 's3' ? 443 : storePort),
    bucket: settings.MINIO_BUCKET ?? settings.CLUSTER_NAME,
    region: settings.MINIO_REGION,
    uriStyle: settings.MINIO_URI_STYLE,
    accessKey: settings.MINIO_ACCESS_KEY!,
    secretKey: settings.MINIO_SECRET_KEY!,
  };
  if (kind === 's3') {
    return { kind, ...bucket, caCertificateFile: settings.MINIO_CA_CERT && located(settings.MINIO_CA_CERT) };
  }
  const location = settings.MINIO_BINARY;
  return {
    kind,
    ...bucket,
    root: { user: settings.MINIO_ROOT_USER!, password: settings.MINIO_ROOT_PASSWORD! },
    binary: location
      ? {
          location: location.startsWith('https:') ? location : located(location),
          sha256: settings.MINIO_BINARY_SHA256,
        }
      : undefined,
  };
}

const bucketSettings = ['MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'] as const;
const storeSettings = [...bucketSettings, 'MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'] as const;

/** What each repository needs besides its name. */
const needed: Readonly<Record<Repository['kind'], readonly SettingName[]>> = {
  posix: [],
  s3: ['MINIO_ENDPOINT', ...bucketSettings],
  minio: storeSettings,
  versitygw: storeSettings,
};

/** A repository needs its keys, and a control host that the data hosts can reach. */
export function* checkBackup(
  settings: Partial<Settings>,
  control: Machine | undefined,
  /** Settings that have a problem of their own already. */
  faulty: ReadonlySet<string>,
): Iterable<Problem> {
  const kind = settings.BACKUP_REPOSITORY;
  if (kind === undefined) return;
  for (const name of ['PGBACKREST_CIPHER_PASS', ...needed[kind]] as const) {
    if (settings[name] !== undefined || faulty.has(name)) continue;
    yield { setting: name, text: `is missing: BACKUP_REPOSITORY=${kind} needs it` };
  }
  if (kind !== 's3' && control?.host === 'local') {
    yield {
      setting: 'CLUSTER_CONTROL_HOST',
      text: `must be an address that the data hosts can reach: BACKUP_REPOSITORY=${kind} keeps the backups there`,
    };
  }
  if (settings.MINIO_BINARY?.startsWith('https:') && settings.MINIO_BINARY_SHA256 === undefined) {
    yield {
      setting: 'MINIO_BINARY_SHA256',
      text: 'is missing: a program from a URL is checked before it runs',
    };
  }
  const same = settings.MINIO_ACCESS_KEY?.reveal() === settings.MINIO_ROOT_USER?.reveal();
  if (settings.MINIO_ROOT_USER !== undefined && same) {
    yield {
      setting: 'MINIO_ACCESS_KEY',
      text: 'must differ from MINIO_ROOT_USER: it may touch its bucket only',
    };
  }
  const { BACKUP_WARN_AGE: warn, BACKUP_MAX_AGE: max } = settings;
  if (warn !== undefined && max !== undefined && warn > max) {
    yield { setting: 'BACKUP_WARN_AGE', text: `is ${warn} s, which is above BACKUP_MAX_AGE (${max} s)` };
  }
}
