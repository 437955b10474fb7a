// From settings to how the cluster is backed up.

import type { Backup, Repository } from '../model/backup.ts';
import type { Machine } from '../model/cluster.ts';
import type { Settings } from './settings.ts';

const storePort = 9000;

/** Puts together settings without problems; undefined when no repository is named. */
export function buildBackup(
  settings: Settings,
  control: Machine,
  located: (path: string) => string,
): Backup | undefined {
  if (settings.BACKUP_REPOSITORY === undefined) return undefined;
  return {
    movingFrom: undefined,
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
