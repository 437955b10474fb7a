// Everything that lines say together, and everything that is wrong with them.

import { checkRoles } from './build-cluster.ts';
import { parseSettings } from './parse.ts';
import type { Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { checkAvailability, checkSynchronous } from './check-availability.ts';
import { checkGateways } from './check-gateways.ts';
import { checkEtcd } from './etcd-members.ts';
import { topologyOf } from './topology.ts';
import type { Repository } from '../model/backup.ts';
import type { Machine } from '../model/cluster.ts';
import { isBucketName } from './readers/backup.ts';
import type { SettingName, Settings } from './settings.ts';

/**
 * Reads lines and checks them against each other. `directory` is where relative paths start; `unreadable` are problems
 * of lines that are not among the entries. Answers all problems but those.
 */
export function examine(entries: readonly Entry[], directory: string, unreadable: readonly Problem[] = []) {
  const { problems, ...parsed } = parseSettings(entries, directory, settingsIn(unreadable));
  const topology = topologyOf(parsed.settings);
  const faulty = settingsIn([...unreadable, ...problems]);
  const all: readonly Problem[] = [
    ...problems,
    ...topology.problems,
    ...checkRoles(parsed.settings),
    ...checkLimits(parsed.settings, 'WARN_REPLICA_LAG', 'MAX_REPLICA_LAG'),
    ...checkAvailability(parsed.settings, parsed.parameters),
    ...checkSynchronous(parsed.settings, topology, parsed.parameters),
    ...checkGateways(parsed.settings, topology),
    ...checkEtcd(parsed.settings, topology),
    ...checkBackup(parsed.settings, topology.control, faulty, parsed.parameters),
  ];
  return { ...parsed, topology, problems: all };
}

const settingsIn = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(problems.flatMap(({ setting }) => setting ?? []));

type SomeSettings = Partial<Settings>;

/** A warning that comes after the alarm is a slip. */
function* checkLimits(
  settings: SomeSettings,
  warning: 'WARN_REPLICA_LAG' | 'BACKUP_WARN_AGE',
  alarm: 'MAX_REPLICA_LAG' | 'BACKUP_MAX_AGE',
): Iterable<Problem> {
  const [warn, max] = [settings[warning], settings[alarm]];
  if (warn === undefined || max === undefined || warn <= max) return;
  yield { setting: warning, text: `is ${warn} s, which is above ${alarm} (${max} s)` };
}

const keySettings = ['MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'] as const;
const storeSettings = [...keySettings, 'MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'] as const;

/** What each repository needs besides its name. */
const needed: Readonly<Record<Repository['kind'], readonly SettingName[]>> = {
  posix: [],
  s3: ['MINIO_ENDPOINT', ...keySettings],
  minio: storeSettings,
  versitygw: storeSettings,
};

interface Rule {
  readonly setting: SettingName;
  readonly isBroken: (settings: SomeSettings, control: Machine | undefined) => boolean;
  readonly text: (settings: SomeSettings) => string;
}

const lengthsInMinio = [
  ['MINIO_ACCESS_KEY', 3, 20],
  ['MINIO_SECRET_KEY', 8, 40],
] as const;

/** What must fit together in the settings of backups. */
const rules: readonly Rule[] = [
  {
    setting: 'CLUSTER_CONTROL_HOST',
    isBroken: ({ BACKUP_REPOSITORY: kind }, control) => kind !== 's3' && control?.host === 'local',
    text: ({ BACKUP_REPOSITORY: kind }) =>
      `must be an address that the data hosts can reach: BACKUP_REPOSITORY=${kind} keeps the backups there`,
  },
  {
    setting: 'MINIO_BUCKET',
    isBroken: ({ BACKUP_REPOSITORY: kind, MINIO_BUCKET: bucket, CLUSTER_NAME: name }) =>
      kind !== 'posix' && bucket === undefined && name !== undefined && !isBucketName(name),
    text: ({ CLUSTER_NAME: name }) => `is missing: no bucket can be called ${name}, as the cluster is`,
  },
  ...lengthsInMinio.map(([setting, shortest, longest]): Rule => ({
    setting,
    isBroken({ BACKUP_REPOSITORY: kind, [setting]: key }) {
      const length = key?.reveal().length ?? shortest;
      return kind === 'minio' && (length < shortest || length > longest);
    },
    text: () => `expected ${shortest} to ${longest} characters, which is what MinIO takes`,
  })),
  {
    setting: 'MINIO_BINARY_SHA256',
    isBroken: ({ MINIO_BINARY: program = '', MINIO_BINARY_SHA256: sha256 }) =>
      program.startsWith('https:') && sha256 === undefined,
    text: () => 'is missing: a program from a URL is checked before it runs',
  },
  {
    setting: 'MINIO_ACCESS_KEY',
    isBroken: ({ MINIO_ACCESS_KEY: key, MINIO_ROOT_USER: root }) =>
      key !== undefined && key.reveal() === root?.reveal(),
    text: () => 'must differ from MINIO_ROOT_USER: it may touch its bucket only',
  },
];

/** A repository needs its keys, and a control host that the data hosts can reach. `faulty` have a problem of their own. */
function* checkBackup(
  settings: SomeSettings,
  control: Machine | undefined,
  faulty: ReadonlySet<string>,
  /** POSTGRES_CONF_*, by the names of parameters. */
  parameters: Readonly<Record<string, string>>,
): Iterable<Problem> {
  const kind = settings.BACKUP_REPOSITORY;
  if (kind === undefined) return;
  for (const setting of ['PGBACKREST_CIPHER_PASS', ...needed[kind]] as const) {
    if (settings[setting] !== undefined || faulty.has(setting)) continue;
    yield { setting, text: `is missing: BACKUP_REPOSITORY=${kind} needs it` };
  }
  for (const { setting, isBroken, text } of rules) {
    if (!faulty.has(setting) && isBroken(settings, control)) yield { setting, text: text(settings) };
  }
  yield* checkLimits(settings, 'BACKUP_WARN_AGE', 'BACKUP_MAX_AGE');
  yield* withoutArchive(parameters);
}

const archivers = ['archive_command', 'archive_library', 'archive_timeout'] as const;

/** A backup without the WAL that follows it is of no use. */
function* withoutArchive(parameters: Readonly<Record<string, string>>): Iterable<Problem> {
  for (const name of archivers) {
    if (parameters[name] === undefined) continue;
    yield {
      setting: `POSTGRES_CONF_${name}`,
      text: 'belongs to the backups that BACKUP_REPOSITORY asks for',
    };
  }
  const mode = parameters['archive_mode'];
  if (mode === undefined || mode.trim() === 'on') return;
  yield {
    setting: 'POSTGRES_CONF_archive_mode',
    text: `must be on, not ${mode}: backups, which BACKUP_REPOSITORY asks for, need the WAL`,
  };
}
