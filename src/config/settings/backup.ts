// The settings of backups: rows of the table in settings.ts.

import * as reading from '../readers/backup.ts';
import { integer, port, seconds, path } from '../readers/reader.ts';
import { setting, type Row } from '../setting.ts';

const schedule = (doc: string, fallback: string) => setting(reading.calendar, doc, { fallback });

export const backupSettings = {
  BACKUP_REPOSITORY: setting(
    reading.repositoryKind,
    'Where backups and WAL go: minio or versitygw (an object store that dbctl installs on the control host), s3 (an object store that you have), posix (a directory on the control host). Without this setting there are no backups, and all others of this section are ignored.',
    { optional: true, example: 'minio' },
  ),
  BACKUP_MOVE_FROM: setting(
    path,
    'While backups move to another repository: a copy of this file as it was, whose repository gets the WAL too.',
    { optional: true, example: '.env.cluster.before' },
  ),
  MINIO_ENDPOINT: setting(
    reading.endpoint,
    'Address of the object store: host[:port], HTTPS only. Needed with s3 (default port 443). With minio and versitygw: the control host, port 9000.',
    { optional: true, example: '10.0.0.10:9000', aliases: ['S3_ENDPOINT'] },
  ),
  MINIO_BUCKET: setting(
    reading.bucket,
    'Name of the bucket. With minio and versitygw dbctl makes it; with s3 it must exist. Default: CLUSTER_NAME.',
    { optional: true, example: 'shop-backups', aliases: ['S3_BUCKET'] },
  ),
  MINIO_REGION: setting(reading.region, "Region that requests are signed for; must be the store's own.", {
    fallback: 'us-east-1',
    aliases: ['S3_REGION'],
  }),
  MINIO_URI_STYLE: setting(
    reading.uriStyle,
    'How the bucket is addressed: path (https://host/bucket) or host (https://bucket.host, which Amazon wants).',
    { fallback: 'path', aliases: ['S3_URI_STYLE'] },
  ),
  MINIO_CA_CERT: setting(
    path,
    "Only with s3: file (PEM, on the machine dbctl runs on) with the CA that signed the store's certificate. Default: the CAs that the hosts trust.",
    { optional: true, example: 'store-ca.crt', aliases: ['S3_CA_CERT'] },
  ),
  MINIO_ACCESS_KEY: setting(
    reading.storeKeyId,
    'Id of the key that pgBackRest uses, 3 to 20 letters, digits, _ . or - (up to 128 where the store is not minio). Needed with minio, versitygw and s3. Make it random and keep it secret like the key itself: whoever knows the id can write into a MinIO.',
    { optional: true, isSecret: true, aliases: ['S3_ACCESS_KEY'] },
  ),
  MINIO_SECRET_KEY: setting(
    reading.storeSecret(8, 128),
    'The key to that id, 8 to 40 characters (up to 128 where the store is not minio). It may touch this bucket only.',
    { optional: true, isSecret: true, aliases: ['S3_SECRET_KEY'] },
  ),
  MINIO_ROOT_USER: setting(
    reading.storeKeyId,
    'Administrator of the store that dbctl installs, needed with minio and versitygw. Used only to make the bucket and the key for it.',
    { optional: true, isSecret: true },
  ),
  MINIO_ROOT_PASSWORD: setting(
    reading.storeSecret(8, 40),
    'Password of that administrator: 8 to 40 characters.',
    { optional: true, isSecret: true },
  ),
  MINIO_BINARY: setting(
    reading.programLocation,
    "Where the store's program comes from when the control host has none in its PATH: a file on the machine dbctl runs on, or an https URL with MINIO_BINARY_SHA256. Default: built from source on the machine dbctl runs on, which needs Go and a few minutes, once.",
    { optional: true, example: '/usr/local/bin/minio' },
  ),
  MINIO_BINARY_SHA256: setting(
    reading.sha256,
    'SHA-256 of that program, which is checked before it is installed. Needed with a URL.',
    { optional: true },
  ),
  PGBACKREST_STANZA: setting(reading.stanza, "pgBackRest's name for this cluster. Default: CLUSTER_NAME.", {
    optional: true,
    example: 'shop',
  }),
  PGBACKREST_TLS_PORT: setting(
    port,
    "TCP port of pgBackRest's TLS server, on the data hosts and, with posix, on the control host.",
    { fallback: '8432' },
  ),
  PGBACKREST_CIPHER_PASS: setting(
    reading.passphrase,
    'Passphrase that encrypts the repository (openssl rand -base64 48 makes one). Needed with every BACKUP_REPOSITORY. Keep a copy elsewhere: without it nothing can be restored, and it cannot be changed later.',
    { optional: true, isSecret: true },
  ),
  PGBACKREST_RETENTION_FULL: setting(
    integer(1, 9999),
    'How many full backups are kept, with the differential and incremental backups and the WAL that belong to them. One more needs room while it is made.',
    { fallback: '2' },
  ),
  PGBACKREST_RETENTION_DIFF: setting(
    integer(1, 9999),
    'How many differential backups are kept, with the incremental ones that belong to them. Full backups count as differential ones here.',
    { fallback: '7' },
  ),
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
  BACKUP_WARN_AGE: setting(
    seconds,
    'Age of the newest backup above which `dbctl backup check` warns: a number with s, min, h or d.',
    { fallback: '26h' },
  ),
  BACKUP_MAX_AGE: setting(
    seconds,
    'Age of the newest backup above which `dbctl backup check` answers CRITICAL.',
    { fallback: '50h' },
  ),
  BACKUP_DRILL_AGE: setting(
    seconds,
    'Time since the last restore drill that succeeded above which `dbctl backup check` warns.',
    { fallback: '8d' },
  ),
  BACKUP_DRILL_SQL: setting(
    path,
    'File of SQL that the drill runs in the restored copy: each query must answer only true (select count(*) > 0 from orders;).',
    { optional: true, example: 'drill.sql' },
  ),
} satisfies Readonly<Record<string, Row>>;
