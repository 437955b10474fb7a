// The settings of backups: rows of the table in settings.ts.

import * as reading from './readers/backup.ts';
import { integer, port, seconds } from './readers/number.ts';
import { path } from './readers/path.ts';
import type { Setting } from './setting.ts';

const group = 'backups';
const schedule = (doc: string, fallback: string) =>
  ({ group, doc, read: reading.calendar, fallback }) as const;

export const backupSettings = {
  BACKUP_REPOSITORY: {
    group,
    doc: "Where backups and WAL go: minio or versitygw (an object store that dbctl runs on the control host), s3 (one you have), posix (the control host's disk). Without it: no backups.",
    read: reading.repositoryKind,
    optional: true,
    example: 'minio',
  },
  MINIO_ENDPOINT: {
    group,
    doc: 'The object store: host[:port], HTTPS only. Default: the control host, port 9000; needed for s3.',
    read: reading.endpoint,
    optional: true,
    example: '10.0.0.10:9000',
    aliases: ['S3_ENDPOINT'],
  },
  MINIO_BUCKET: {
    group,
    doc: 'The bucket. dbctl makes it in a store of its own; with s3 it must exist. Default: CLUSTER_NAME.',
    read: reading.bucket,
    optional: true,
    example: 'shop-backups',
    aliases: ['S3_BUCKET'],
  },
  MINIO_REGION: {
    group,
    doc: 'Region that requests are signed for.',
    read: reading.region,
    fallback: 'us-east-1',
    aliases: ['S3_REGION'],
  },
  MINIO_URI_STYLE: {
    group,
    doc: 'path (https://host/bucket) or host (https://bucket.host, as Amazon wants it).',
    read: reading.uriStyle,
    fallback: 'path',
    aliases: ['S3_URI_STYLE'],
  },
  MINIO_CA_CERT: {
    group,
    doc: "Only with s3: file with the CA that signed the endpoint's certificate. Default: the CAs that the hosts trust.",
    read: path,
    optional: true,
    example: 'store-ca.crt',
    aliases: ['S3_CA_CERT'],
  },
  MINIO_ACCESS_KEY: {
    group,
    doc: 'Id of the key that pgBackRest uses. It may touch this bucket only; keep it as secret as the key itself.',
    read: reading.storeKeyId,
    optional: true,
    isSecret: true,
    aliases: ['S3_ACCESS_KEY'],
  },
  MINIO_SECRET_KEY: {
    group,
    doc: 'The key that pgBackRest uses: 8 to 40 characters.',
    read: reading.storeSecret(8, 128),
    optional: true,
    isSecret: true,
    aliases: ['S3_SECRET_KEY'],
  },
  MINIO_ROOT_USER: {
    group,
    doc: "Administrator of dbctl's own store, used only to make the bucket and its key.",
    read: reading.storeKeyId,
    optional: true,
    isSecret: true,
  },
  MINIO_ROOT_PASSWORD: {
    group,
    doc: 'Password of that administrator: 8 to 40 characters.',
    read: reading.storeSecret(8, 40),
    optional: true,
    isSecret: true,
  },
  MINIO_BINARY: {
    group,
    doc: "The store's program when the control host has none in its PATH: a file here, or an https URL with MINIO_BINARY_SHA256. Default: built here with Go, once.",
    read: reading.programLocation,
    optional: true,
    example: '/usr/local/bin/minio',
  },
  MINIO_BINARY_SHA256: {
    group,
    doc: 'SHA-256 of that program.',
    read: reading.sha256,
    optional: true,
  },
  PGBACKREST_STANZA: {
    group,
    doc: "pgBackRest's name for this cluster. Default: CLUSTER_NAME.",
    read: reading.stanza,
    optional: true,
    example: 'shop',
  },
  PGBACKREST_TLS_PORT: {
    group,
    doc: "Port of pgBackRest's TLS server.",
    read: port,
    fallback: '8432',
  },
  PGBACKREST_CIPHER_PASS: {
    group,
    doc: 'Passphrase that encrypts the repository. Keep a copy elsewhere: without it there is no restore, and it cannot be changed.',
    read: reading.passphrase,
    optional: true,
    isSecret: true,
  },
  PGBACKREST_RETENTION_FULL: {
    group,
    doc: 'How many full backups are kept, with what depends on them.',
    read: integer(1, 9999),
    fallback: '2',
  },
  PGBACKREST_RETENTION_DIFF: {
    group,
    doc: 'How many differential backups are kept.',
    read: integer(1, 9999),
    fallback: '7',
  },
  BACKUP_SCHEDULE_FULL: schedule(
    'When a full backup is made: a systemd calendar expression, or off.',
    'Sun *-*-* 01:00:00',
  ),
  BACKUP_SCHEDULE_DIFF: schedule('When a differential backup is made.', '*-*-* 02:00:00'),
  BACKUP_SCHEDULE_INCR: schedule('When an incremental backup is made.', '*-*-* 00/6:30:00'),
  BACKUP_SCHEDULE_DRILL: schedule('When a restore is rehearsed on a data host.', 'Sun *-*-* 04:00:00'),
  BACKUP_WARN_AGE: {
    group,
    doc: 'Age of the last backup above which `dbctl backup check` warns.',
    read: seconds,
    fallback: '26h',
  },
  BACKUP_MAX_AGE: {
    group,
    doc: 'Age of the last backup above which `dbctl backup check` is CRITICAL.',
    read: seconds,
    fallback: '50h',
  },
  BACKUP_DRILL_AGE: {
    group,
    doc: 'Time since the last restore drill above which `dbctl backup check` warns.',
    read: seconds,
    fallback: '8d',
  },
  BACKUP_DRILL_SQL: {
    group,
    doc: 'File of SQL for the drill: every row that it answers must be true (select count(*) > 0 from orders;).',
    read: path,
    optional: true,
    example: 'drill.sql',
  },
} as const satisfies Readonly<Record<string, Setting>>;
