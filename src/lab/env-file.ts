// The .env.cluster of a fresh lab. Pure; the secrets are handed in.

import { clusterLines, textOf, type MakeSecret, type NewCluster } from '../config/cluster-text.ts';
import { gatewayOf, type Lab, type LabHost } from './lab.ts';
import { releases } from './recipe.ts';

export interface EnvFileParts {
  readonly lab: Lab;
  /** Absolute. */
  readonly key: string;
  /** Absolute. */
  readonly knownHosts: string;
  readonly secret: MakeSecret;
}

const firstWords = (lab: string): string => `Written by dbctl lab up ${lab}`;

/** Did `lab up` of this lab write the file? */
export const isOwn = (content: string, lab: string): boolean =>
  content.split('\n')[0]?.trimEnd() === `# ${firstWords(lab)}`;

/** The file of one lab as that of another. */
export const ownedBy = (content: string, before: string, after: string): string =>
  content
    .replace(firstWords(before), firstWords(after))
    .replace(`dbctl lab down --name ${before}`, `dbctl lab down --name ${after}`);

export function envFile({ lab, key, knownHosts, secret }: EnvFileParts): string {
  const control = lab.hosts.find(({ name }) => name === 'control');
  const databases = databaseHosts(lab);
  const header = [
    firstWords(lab.name),
    `${releases[lab.release].title} hosts on this machine (${gatewayOf(lab.network)}). Removed by: dbctl lab down --name ${lab.name}`,
  ];
  const wanted: NewCluster = {
    name: lab.name,
    nodes: databases.map(node),
    control: control && node(control),
    allowedCidrs: lab.network,
    ssh: { USER: 'root', KEY: key, KNOWN_HOSTS: knownHosts },
    version: String(releases[lab.release].postgresql),
    database: 'app',
    roles: { admin: 'app_admin', writer: 'app_writer', reader: 'app_reader', replication: 'replicator' },
    // The repository lives on the control host. Not every name of a lab could be a bucket's: those have three characters.
    repository:
      control && databases.length > 0 && !lab.bare
        ? { kind: 'minio', bucket: `${lab.name}-backups`, store: [] }
        : undefined,
  };
  return textOf(clusterLines(wanted, header, secret));
}

/** All hosts but the one called control; the first is the primary. */
export const databaseHosts = ({ hosts }: Lab): readonly LabHost[] =>
  hosts.filter(({ name }) => name !== 'control');

const node = ({ name, address }: LabHost): string => `${name}=${address}`;
