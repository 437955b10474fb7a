// The settings of backups: rows of the table in settings.ts.

import * as reading from '../readers/backup.ts';
import { integer, port, seconds, path } from '../readers/reader.ts';
import type { Setting } from '../setting.ts';

const group = 'backups';
const schedule = (doc: string, fallback: string) =>
  ({ group, doc, read: reading.calendar, fallback }) as const;

export const backupSettings = {
  BACKUP_REPOSITORY: {
    group,
    doc: 'Where backups and WAL go: minio or versitygw (an object store that dbctl installs on the control host), s3 (an object store that you have), posix (a directory on the control host). Without this setting there are no backups, and all others of this section are ignored.',
    read: reading.repositoryKind,
    optional: true,
    example: 'minio',
  },
  BACKUP_MOVE_FROM: {
    group,
    doc: 'While backups move to another repository: a copy of this file as it was, whose repository gets the WAL too.',
    read: path,
    optional: true,
    example: '.env.cluster.before',
  },
  MINIO_ENDPOINT: {
    group,
    doc: 'Address of the object store: host[:port], HTTPS only. Needed with s3 (default port 443). With minio and versitygw: the control host, port 9000.',
    read: reading.endpoint,
    optional: true,
    example: '10.0.0.10:9000',
    aliases: ['S3_ENDPOINT'],
  },
  MINIO_BUCKET: {
    group,
    doc: 'Name of the bucket. With minio and versitygw dbctl makes it; with s3 it must exist. Default: CLUSTER_NAME.',
    read: reading.bucket,
    optional: true,
    example: 'shop-backups',
    aliases: ['S3_BUCKET'],
  },
  MINIO_REGION: {
    group,
    doc: "Region that requests are signed for; must be the store's own.",
    read: reading.region,
    fallback: 'us-east-1',
    aliases: ['S3_REGION'],
  },
  MINIO_URI_STYLE: {
    group,
    doc: 'How the bucket is addressed: path (https://host/bucket) or host (https://bucket.host, which Amazon wants).',
    read: reading.uriStyle,
    fallback: 'path',
    aliases: ['S3_URI_STYLE'],
  },
  MINIO_CA_CERT: {
    group,
    doc: "Only with s3: file (PEM, on the machine dbctl runs on) with the CA that signed the store's certificate. Default: the CAs that the hosts trust.",
    read: path,
    optional: true,
    example: 'store-ca.crt',
    aliases: ['S3_CA_CERT'],
  },
  MINIO_ACCESS_KEY: {
    group,
    doc: 'Id of the key that pgBackRest uses, 3 to 20 letters, digits, _ . or - (up to 128 where the store is not minio). Needed with minio, versitygw and s3. Make it random and keep it secret like the key itself: whoever knows the id can write into a MinIO.',
    read: reading.storeKeyId,
    optional: true,
    isSecret: true,
    aliases: ['S3_ACCESS_KEY'],
  },
  MINIO_SECRET_KEY: {
    group,
    doc: 'The key to that id, 8 to 40 characters (up to 128 where the store is not minio). It may touch this bucket only.',
    read: reading.storeSecret(8, 128),
    optional: true,
    isSecret: true,
    aliases: ['S3_SECRET_KEY'],
  },
  MINIO_ROOT_USER: {
    group,
    doc: 'Administrator of the store that dbctl installs, needed with minio and versitygw. Used only to make the bucket and the key for it.',
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
    doc: "Where the store's program comes from when the control host has none in its PATH: a file on the machine dbctl runs on, or an https URL with MINIO_BINARY_SHA256. Default: built from source on the machine dbctl runs on, which needs Go and a few minutes, once.",
    read: reading.programLocation,
    optional: true,
    example: '/usr/local/bin/minio',
  },
  MINIO_BINARY_SHA256: {
    group,
    doc: 'SHA-256 of that program, which is checked before it is installed. Needed with a URL.',
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
    doc: "TCP port of pgBackRest's TLS server, on the data hosts and, with posix, on the control host.",
    read: port,
    fallback: '8432',
  },
  PGBACKREST_CIPHER_PASS: {
    group,
    doc: 'Passphrase that encrypts the repository (openssl rand -base64 48 makes one). Needed with every BACKUP_REPOSITORY. Keep a copy elsewhere: without it nothing can be restored, and it cannot be changed later.',
    read: reading.passphrase,
    optional: true,
    isSecret: true,
  },
  PGBACKREST_RETENTION_FULL: {
    group,
    doc: 'How many full backups are kept, with the differential and incremental backups and the WAL that belong to them. One more needs room while it is made.',
    read: integer(1, 9999),
    fallback: '2',
  },
  PGBACKREST_RETENTION_DIFF: {
    group,
    doc: 'How many differential backups are kept, with the incremental ones that belong to them. Full backups count as differential ones here.',
    read: integer(1, 9999),
    fallback: '7',
  },
  BACKUP_SCHEDULE_FULL: schedule(
    'When a full backup is made: a systemd calendar expression in the time zone of the control host, or off.',
    'Sun *-*-* 01:00:00',
  ),
  BACKUP_SCHEDULE_DIFF: schedule(
    'When a differential backup (what changed since the last full one) is made, or off.',
    '*-*-* 02:00:00',
  ),
  BACKUP_SCHEDULE_INCR: schedule(
    'When an incremental backup (what changed since the last backup of any type) is made, or off.',
    '*-*-* 00/6:30:00',
  ),
  BACKUP_SCHEDULE_DRILL: schedule(
    'When a restore is rehearsed on a data host, or off.',
    'Sun *-*-* 04:00:00',
  ),
  BACKUP_WARN_AGE: {
    group,
    doc: 'Age of the newest backup above which `dbctl backup check` warns: a number with s, min, h or d.',
    read: seconds,
    fallback: '26h',
  },
  BACKUP_MAX_AGE: {
    group,
    doc: 'Age of the newest backup above which `dbctl backup check` answers CRITICAL.',
    read: seconds,
    fallback: '50h',
  },
  BACKUP_DRILL_AGE: {
    group,
    doc: 'Time since the last restore drill that succeeded above which `dbctl backup check` warns.',
    read: seconds,
    fallback: '8d',
  },
  BACKUP_DRILL_SQL: {
    group,
    doc: 'File of SQL that the drill runs in the restored copy: each query must answer only true (select count(*) > 0 from orders;).',
    read: path,
    optional: true,
    example: 'drill.sql',
  },
} as const satisfies Readonly<Record<string, Setting>>;
