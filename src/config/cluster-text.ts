// The text of a new .env.cluster: only what this cluster needs, and a few words on each part.

import type { Repository } from '../model/backup.ts';
import { ConfigError } from '../model/errors.ts';
import { readLines } from './read-lines.ts';
import type { SettingName } from './settings.ts';

/** A setting and its value, or a line that stands as it is: a comment, or nothing. */
export type Line = readonly [SettingName | `${SettingName}_FILE`, string] | string;

/** One without a value is left out. */
export type MaybeLine = readonly [Exclude<Line, string>[0], string | undefined] | string | undefined;

/** What a new file is to say. */
export interface NewCluster {
  readonly name: string;
  /** [name=]host[:port], the primary first. */
  readonly nodes: readonly string[];
  readonly control?: string | undefined;
  readonly allowedCidrs?: string | undefined;
  readonly ssh: Readonly<Partial<Record<'USER' | 'PORT' | 'KEY' | 'KNOWN_HOSTS', string | undefined>>>;
  readonly version: string;
  readonly database: string;
  readonly roles: Readonly<Record<'admin' | 'writer' | 'reader' | 'replication', string>>;
  /** Undefined: no backups. */
  readonly repository: NewRepository | undefined;
}

export interface NewRepository {
  /** What it is, as it was said. */
  readonly kind: string;
  readonly bucket?: string | undefined;
  /** For a store that is there already: where it is, and the key to it. */
  readonly store: readonly MaybeLine[];
}

/** Makes a secret of so many letters and digits, a new one each time. */
export type MakeSecret = (length: number) => string;

/** Every line of the file. */
export const clusterLines = (
  wanted: NewCluster,
  header: readonly string[],
  secret: MakeSecret,
): readonly Line[] =>
  [
    ...header.map((line) => `# ${line}`),
    '',
    ...clusterPart(wanted),
    ...sshPart(wanted),
    ...postgresPart(wanted, secret),
    ...backupPart(wanted, secret),
  ].filter((line): line is Line => typeof line === 'string' || Boolean(line?.[1]));

/** The lines as text. Throws ConfigError for a value that cannot be written. */
export const textOf = (lines: readonly Line[]): string =>
  lines
    .map((line) => (typeof line === 'string' ? `${line}\n` : `${line[0]}=${quoteValue(line[1], line[0])}\n`))
    .join('');

const clusterPart = ({
  name,
  nodes: [primary, ...replicas],
  control,
  allowedCidrs,
}: NewCluster): readonly MaybeLine[] => [
  ['CLUSTER_NAME', name],
  ['CLUSTER_DB_PRIMARY_HOST', primary],
  ['CLUSTER_DB_REPLICA_HOSTS', replicas.join(',')],
  control && "# Keeps the key of the cluster's CA, and the backups.",
  ['CLUSTER_CONTROL_HOST', control],
  "# Networks that applications and dbctl probe connect from. The cluster's own hosts always may.",
  allowedCidrs ? ['CLUSTER_ALLOWED_CIDRS', allowedCidrs] : '# CLUSTER_ALLOWED_CIDRS=10.0.1.0/24',
];

function sshPart({ ssh }: NewCluster): readonly MaybeLine[] {
  const parts = ['USER', 'PORT', 'KEY', 'KNOWN_HOSTS'] as const;
  if (!parts.some((part) => ssh[part])) return [];
  const lines = parts.map((part) => [`CLUSTER_SSH_${part}`, ssh[part]] as const);
  return ['', '# How to log in on the hosts; the rest is up to ~/.ssh/config.', ...lines];
}

function postgresPart({ version, database, roles }: NewCluster, secret: MakeSecret): readonly Line[] {
  return [
    '',
    ['POSTGRES_VERSION', version],
    ['POSTGRES_DB', database],
    '# Owns the database and runs migrations.',
    ['POSTGRES_USER', roles.admin],
    ['POSTGRES_PASSWORD', secret(32)],
    '# The application: reads and writes rows.',
    ['POSTGRES_APP_USER', roles.writer],
    ['POSTGRES_APP_PASSWORD', secret(32)],
    '# Reports and dashboards: reads everything.',
    ['POSTGRES_READONLY_USER', roles.reader],
    ['POSTGRES_READONLY_PASSWORD', secret(32)],
    '# The replicas.',
    ['POSTGRES_REPLICATION_USER', roles.replication],
    ['POSTGRES_REPLICATION_PASSWORD', secret(32)],
  ];
}

function backupPart({ repository }: NewCluster, secret: MakeSecret): readonly MaybeLine[] {
  if (repository === undefined) return [];
  const { kind, bucket, store } = repository;
  return [
    '',
    '# Backups and WAL, with pgBackRest.',
    ['BACKUP_REPOSITORY', kind],
    ['MINIO_BUCKET', bucket],
    ...(isOurs(kind) ? keysOfStore(secret) : store),
    '# Encrypts the backups. Keep a copy elsewhere: without it nothing can be restored.',
    ['PGBACKREST_CIPHER_PASS', secret(48)],
  ];
}

/** A store that dbctl installs; its administrator is needed once, to make the bucket and the key to it. */
const isOurs = (kind: string): boolean =>
  (['minio', 'versitygw'] satisfies Repository['kind'][] as string[]).includes(kind);

const keysOfStore = (secret: MakeSecret): readonly Line[] => [
  ['MINIO_ACCESS_KEY', secret(20)],
  ['MINIO_SECRET_KEY', secret(32)],
  ['MINIO_ROOT_USER', secret(20)],
  ['MINIO_ROOT_PASSWORD', secret(32)],
];

/** What may be any text, and is not dbctl's to choose. */
const fromFile: Readonly<Record<string, string>> = {
  MINIO_ACCESS_KEY: 'put it into a file of mode 600, and name that: dbctl init --access-key-file FILE',
  MINIO_SECRET_KEY: 'put it into a file of mode 600, and name that: dbctl init --secret-key-file FILE',
};

/**
 * A value as it has to be written after `NAME=`, so that it is read back unchanged: bare when it is plain, in the first
 * kind of quotes that fits otherwise. Throws ConfigError when none does (a line break, or all three quotes at once).
 */
export function quoteValue(text: string, name: string): string {
  if (/^[\w@%+=:,./-]*$/.test(text)) return text;
  const written = [`'${text}'`, `\`${text}\``, `"${text}"`, text].find((one) => isReadAs(one, text));
  if (written !== undefined) return written;
  throw new ConfigError({
    what: `the value of ${name} cannot be written in .env.cluster`,
    why: 'it cannot be quoted: it has a control character, or it mixes \', " and ` with # or outer spaces',
    next: [fromFile[name] ?? 'choose another one: a file, for example, may have another name'],
  });
}

function isReadAs(written: string, text: string): boolean {
  const { entries, problems } = readLines(`X=${written}`, '');
  return (
    problems.length === 0 && entries.length === 1 && entries[0]!.value === text && !entries[0]!.isCutByComment
  );
}
