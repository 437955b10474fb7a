// The .env.cluster of a fresh lab. Pure; the secrets are handed in.

import { quoteValue } from '../config/quote-value.ts';
import { gatewayOf, type Lab, type LabHost } from './lab.ts';
import { releases } from './recipe.ts';

export interface EnvFileParts {
  readonly lab: Lab;
  /** Absolute. */
  readonly key: string;
  /** Absolute. */
  readonly knownHosts: string;
  /** Letters and digits, new ones each time it is asked. */
  readonly secret: (length: number) => string;
}

const header = (lab: string): string => `# Written by dbctl lab up ${lab}`;

/** Did `lab up` of this lab write the file? */
export const isOwn = (content: string, lab: string): boolean =>
  content.split('\n')[0]?.trimEnd() === header(lab);

export function envFile({ lab, key, knownHosts, secret }: EnvFileParts): string {
  const control = lab.hosts.find(({ name }) => name === 'control');
  const [primary, ...replicas] = databaseHosts(lab);
  const lines = [
    header(lab.name),
    `# ${releases[lab.release].title} hosts on this machine (${gatewayOf(lab.network)}). Removed by: dbctl lab down --name ${lab.name}`,
    '',
    `CLUSTER_NAME=${lab.name}`,
    ...(control ? [`CLUSTER_CONTROL_HOST=${node(control)}`] : []),
    ...(primary ? [`CLUSTER_DB_PRIMARY_HOST=${node(primary)}`] : []),
    ...(replicas.length > 0 ? [`CLUSTER_DB_REPLICA_HOSTS=${replicas.map(node).join(',')}`] : []),
    `CLUSTER_ALLOWED_CIDRS=${lab.network}`,
    '',
    'CLUSTER_SSH_USER=root',
    `CLUSTER_SSH_KEY=${quoteValue(key)}`,
    `CLUSTER_SSH_KNOWN_HOSTS=${quoteValue(knownHosts)}`,
    '',
    `POSTGRES_VERSION=${releases[lab.release].postgresql}`,
    'POSTGRES_DB=app',
    ...login('POSTGRES', 'app_admin', secret),
    ...login('POSTGRES_APP', 'app_writer', secret),
    ...login('POSTGRES_READONLY', 'app_reader', secret),
    ...login('POSTGRES_REPLICATION', 'replicator', secret),
    // The repository lives on the control host.
    ...(control && primary && !lab.bare ? backup(lab.name, secret) : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** All hosts but the one called control; the first is the primary. */
export const databaseHosts = ({ hosts }: Lab): readonly LabHost[] =>
  hosts.filter(({ name }) => name !== 'control');

const node = ({ name, address }: LabHost): string => `${name}=${address}`;

const login = (prefix: string, user: string, secret: EnvFileParts['secret']): readonly string[] => [
  `${prefix}_USER=${user}`,
  `${prefix}_PASSWORD=${quoteValue(secret(32))}`,
];

const backup = (lab: string, secret: EnvFileParts['secret']): readonly string[] => [
  '',
  'BACKUP_REPOSITORY=minio',
  // Not every name of a lab could be a bucket's: those have at least three characters.
  `MINIO_BUCKET=${lab}-backups`,
  `MINIO_ACCESS_KEY=${secret(20)}`,
  `MINIO_SECRET_KEY=${secret(32)}`,
  `MINIO_ROOT_USER=${secret(20)}`,
  `MINIO_ROOT_PASSWORD=${secret(32)}`,
  `PGBACKREST_CIPHER_PASS=${secret(48)}`,
];
