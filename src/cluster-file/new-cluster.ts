// From what a person says about a cluster to the text of its .env.cluster.

import { counted } from '../model/units.ts';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import {
  clusterLines,
  textOf,
  type Line,
  type NewCluster,
  type NewRepository,
} from '../config/cluster-text.ts';
import { examine } from '../config/examine.ts';
import { expandHome } from '../config/shown-path.ts';
import {
  bucketFor,
  databaseFor,
  namedMachine,
  namedNodes,
  readableNodes,
  rolesFor,
  randomSecret,
} from '../config/new-names.ts';
import { sentence, shown, type Problem } from '../config/problem.ts';
import { settings as table, type SettingName } from '../config/settings.ts';

/** The settings that each answer becomes, by the answer's flag in camel case. */
const settingsOf = {
  hosts: ['CLUSTER_DB_PRIMARY_HOST', 'CLUSTER_DB_REPLICA_HOSTS'],
  name: ['CLUSTER_NAME'],
  control: ['CLUSTER_CONTROL_HOST'],
  allow: ['CLUSTER_ALLOWED_CIDRS'],
  sshUser: ['CLUSTER_SSH_USER'],
  sshPort: ['CLUSTER_SSH_PORT'],
  sshKey: ['CLUSTER_SSH_KEY'],
  knownHosts: ['CLUSTER_SSH_KNOWN_HOSTS'],
  database: ['POSTGRES_DB'],
  postgresVersion: ['POSTGRES_VERSION'],
  repository: ['BACKUP_REPOSITORY'],
  endpoint: ['MINIO_ENDPOINT'],
  bucket: ['MINIO_BUCKET'],
  region: ['MINIO_REGION'],
  accessKeyFile: ['MINIO_ACCESS_KEY', 'MINIO_ACCESS_KEY_FILE'],
  secretKeyFile: ['MINIO_SECRET_KEY', 'MINIO_SECRET_KEY_FILE'],
} as const satisfies Readonly<Record<string, readonly (SettingName | `${SettingName}_FILE`)[]>>;

type Said = Exclude<keyof typeof settingsOf, 'hosts' | 'name'>;

/** What was said, as it was typed; what was not said is undefined. */
export interface Answers extends Readonly<Partial<Record<Said, string | undefined>>> {
  /** [name=]host[:port], the primary first. */
  readonly hosts: readonly string[];
  readonly name: string;
  /** Typed at a terminal; elsewhere they come from files. */
  readonly accessKey?: Secret | undefined;
  readonly secretKey?: Secret | undefined;
}

/** One thing that is wrong with the answers. */
export interface WrongAnswer {
  /** How the answer is given on a command line: "--name", "hosts". */
  readonly flag: string;
  readonly text: string;
}

/** How an answer is given on a command line: "--ssh-user", "hosts". */
export const flagOf = (key: string): string =>
  key === 'hosts' ? key : `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const flags: ReadonlyMap<string, string> = new Map(
  Object.entries(settingsOf).flatMap(([key, names]) => names.map((name) => [name, flagOf(key)] as const)),
);

/** Everything that is wrong with the answers. `file` is where .env.cluster is going to be. */
export function wrongAnswers(answers: Answers, file: string): readonly WrongAnswer[] {
  // One host that cannot be read must not hide that two others are the same.
  const readable = readableNodes(nodesIn(answers));
  const rest = readable.length > 0 ? problemsOf({ ...answers, hosts: readable }, file) : [];
  const problems = [...problemsOf(answers, file), ...rest, ...missingKey(answers)];
  const wrong = problems.map(({ setting = '', text, next }) => {
    const flag = flags.get(setting) ?? setting;
    const said = sentence({ setting: flag, text }).replace('BACKUP_REPOSITORY=', '--repository ');
    const also = flag === '--repository' ? '; none is for no backups' : next ? ` (${next})` : '';
    return { flag, text: `${said}${also}` };
  });
  return [...new Map(wrong.map((one) => [one.text, one])).values()];
}

function problemsOf(answers: Answers, file: string): readonly Problem[] {
  const lines = linesFor(answers, file).filter((line) => typeof line !== 'string');
  const entries = lines.map(([name, value], line) => ({ name, value, line, isCutByComment: false }));
  return examine(entries, dirname(resolve(file))).problems;
}

const nodesIn = ({ hosts }: Answers): readonly string[] => hosts.flatMap((host) => host.split(','));

/** Throws one ConfigError that lists what is wrong with these flags, whatever is still to be asked. */
export function checkFlags(answers: Answers, file: string, said: readonly string[]): void {
  const flagsSaid = said.map(flagOf);
  const wrong = wrongAnswers(answers, file).filter(({ flag }) => flagsSaid.includes(flag));
  if (wrong.length > 0) throw impossible(wrong);
}

/** The text of .env.cluster, with new secrets. Throws one ConfigError that lists everything that is wrong. */
export function newFileText(answers: Answers, file: string): string {
  const wrong = wrongAnswers(answers, file);
  if (wrong.length === 0) return textOf(linesFor(answers, file));
  throw impossible(wrong);
}

const impossible = (wrong: readonly WrongAnswer[]): ConfigError =>
  new ConfigError({
    what: `nothing was written: ${counted(wrong.length, 'problem')}`,
    why: wrong.map(({ text }) => text).join('\n'),
    next: ['see all flags: dbctl init --help'],
  });

/** The repository when none is named: on the control host where there is one. */
export const defaultRepository = ({ control }: Answers): string =>
  control === undefined || control === 'local' ? 'none' : 'posix';

function linesFor(answers: Answers, file: string): readonly Line[] {
  const { control, name } = answers;
  const located = (path: string | undefined): string | undefined => path && seenFrom(file, path);
  const nodes = namedNodes(nodesIn(answers));
  const database = answers.database ?? databaseFor(name);
  const wanted: NewCluster = {
    name,
    nodes,
    control: control === 'local' ? undefined : control && namedMachine(control, nodes),
    allowedCidrs: answers.allow,
    ssh: {
      USER: answers.sshUser,
      PORT: answers.sshPort,
      KEY: located(answers.sshKey),
      KNOWN_HOSTS: located(answers.knownHosts),
    },
    version: answers.postgresVersion ?? table.POSTGRES_VERSION.fallback,
    database,
    roles: rolesFor(database),
    repository: repositoryFor(answers, located),
  };
  return clusterLines(wanted, header, randomSecret);
}

const header = [
  'Written by dbctl init; edit it as you like. What it says: dbctl config',
  'Every line, and everything else that can be said here: dbctl config explain',
  'It holds passwords: keep a copy in a safe place, and all of it out of version control.',
];

type Locate = (path: string | undefined) => string | undefined;

function repositoryFor(answers: Answers, located: Locate): NewRepository | undefined {
  const kind = answers.repository ?? defaultRepository(answers);
  if (kind === 'none') return undefined;
  const bucket = kind === 'posix' ? answers.bucket : (answers.bucket ?? bucketFor(answers.name));
  const store = [
    ['MINIO_ENDPOINT', answers.endpoint],
    ['MINIO_REGION', answers.region],
    ['MINIO_ACCESS_KEY_FILE', located(answers.accessKeyFile)],
    ['MINIO_SECRET_KEY_FILE', located(answers.secretKeyFile)],
    ['MINIO_ACCESS_KEY', answers.accessKey?.reveal()],
    ['MINIO_SECRET_KEY', answers.secretKey?.reveal()],
  ] as const;
  return { kind, bucket, store };
}

/** A path that was typed here, as it has to be written in a file that lies there. */
function seenFrom(file: string, path: string): string {
  if (isAbsolute(path) || path.startsWith('~')) return path;
  const fromThere = relative(dirname(resolve(file)), resolve(path));
  return fromThere.startsWith('..') ? resolve(path) : fromThere;
}

function* missingKey({ sshKey }: Answers): Iterable<Problem> {
  if (sshKey && !existsSync(resolve(expandHome(sshKey)))) {
    yield { setting: 'CLUSTER_SSH_KEY', text: `${shown(sshKey)} does not exist` };
  }
}

/** Throws ConfigError when no host is named and nobody is asked. */
export function refuseWithoutHosts({ hosts }: Pick<Answers, 'hosts'>, isTerminal: boolean): void {
  if (hosts.length > 0) return;
  throw new ConfigError({
    what: 'no host is named',
    why: isTerminal ? '--yes asks nothing.' : 'There is no terminal to ask at.',
    next: [
      'a primary and two replicas: dbctl init --name shop 10.0.0.11 10.0.0.12 10.0.0.13',
      'with backups: add --control 10.0.0.10',
      'see all flags: dbctl init --help',
    ],
  });
}
