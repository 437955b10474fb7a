// How a cluster is backed up, in the words of pgBackRest. Plain data, made by config/.

import type { Secret } from './secret.ts';

/** Who keeps the repository: an object store that dbctl installs, one that exists already, or the control host's disk. */
export type Repository = PosixRepository | S3Repository | StoreRepository;

/** A directory on the control host, reached over pgBackRest's own TLS protocol. */
export interface PosixRepository {
  readonly kind: 'posix';
}

export interface Bucket {
  /** DNS name or IP address (without brackets), as in the store's certificate. */
  readonly host: string;
  /** TCP port, HTTPS only. */
  readonly port: number;
  readonly bucket: string;
  readonly region: string;
  readonly uriStyle: 'path' | 'host';
  /** The key that pgBackRest uses. The id is a secret too: with MinIO, whoever knows it can write objects. */
  readonly accessKey: Secret;
  readonly secretKey: Secret;
}

/** An S3 endpoint that somebody else runs. */
export interface S3Repository extends Bucket {
  readonly kind: 's3';
  /** Absolute path, on the machine dbctl runs on, of the CA that signed its certificate; without it, the host's own CAs. */
  readonly caCertificateFile: string | undefined;
}

/** An object store that dbctl installs on the control host. */
export interface StoreRepository extends Bucket {
  readonly kind: 'minio' | 'versitygw';
  /** May do everything with the store; used by dbctl only, to make the bucket and its user. */
  readonly root: { readonly user: Secret; readonly password: Secret };
  /** Where the program comes from when it is not in the control host's PATH: a local path or a URL. Default: it is built. */
  readonly binary: { readonly location: string; readonly sha256: string | undefined } | undefined;
}

/** Where backups are kept, encrypted with what, and how many of them. */
export interface RepositoryTarget {
  readonly repository: Repository;
  /** Passphrase of the repository (aes-256-cbc). It cannot be changed later. */
  readonly cipherPass: Secret;
  /** How many full and differential backups are kept. */
  readonly retention: { readonly full: number; readonly diff: number };
}

export interface Backup extends RepositoryTarget {
  /** The repository that is being left: WAL goes to both until the new one has a backup of its own. */
  readonly movingFrom: RepositoryTarget | undefined;
  readonly stanza: string;
  /** TCP port of pgBackRest's TLS server on the data hosts (and on the control host when it keeps the repository). */
  readonly tlsPort: number;
  /** systemd calendar expressions; undefined: never by itself. */
  readonly schedule: Readonly<Record<ScheduledWork, string | undefined>>;
  /** Seconds: `backup check` warns above the first and is CRITICAL above the second. */
  readonly ageLimits: { readonly warnSeconds: number; readonly maxSeconds: number };
  /** Seconds since the last restore drill above which `backup check` warns. */
  readonly drillAgeSeconds: number;
  /** Absolute path of a local file of SQL: every row of every query must be true in a restored copy. */
  readonly drillAssertionsFile: string | undefined;
}

export type BackupType = 'full' | 'diff' | 'incr';
export type ScheduledWork = BackupType | 'drill';

export const backupTypes: readonly BackupType[] = ['full', 'diff', 'incr'];

/** The repository in an object store, whoever runs it. */
export const bucketOf = ({
  repository,
}: Pick<RepositoryTarget, 'repository'>): S3Repository | StoreRepository | undefined =>
  repository.kind === 'posix' ? undefined : repository;

/** Whether dbctl itself installs it on the control host. */
export const isOwnStore = (repository: Repository): repository is StoreRepository =>
  repository.kind === 'minio' || repository.kind === 'versitygw';

/** The object store that dbctl itself installs on the control host. */
export const storeOf = ({ repository }: Backup): StoreRepository | undefined =>
  isOwnStore(repository) ? repository : undefined;

/** Every repository that is written to, the one that stays first. */
export const repositoriesOf = (backup: Backup): readonly RepositoryTarget[] => [
  backup,
  ...(backup.movingFrom ? [backup.movingFrom] : []),
];

/** Whether the control host's disk keeps a repository, and its TLS server serves it. */
export const isOnControlHost = (backup: Backup): boolean =>
  repositoriesOf(backup).some(({ repository }) => repository.kind === 'posix');
