import { hostsOf, type Cluster, type Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { render } from '../model/render.ts';
import type { ReadableHost } from '../host/host.ts';
import { rememberSettings } from './settings-that-ran-step.ts';
import { hasDataDirectory } from '../postgres/instance.ts';
import { walLimitOf, walSizesFor } from './parameters.ts';
import { replicationLimit } from './replication-limits.ts';
import { walDisk, type WalDisk } from './host-facts-query.ts';
import { linesToStart } from './primary-values-facts.ts';
import { settingValue } from '../postgres/libpq.ts';
import { startProblems, startTrial, type StartTrial, type TrialFiles } from '../postgres/start-trial.ts';
import { contentOf, ownFile, type OwnFile } from '../system/own-file.ts';

/**
 * Keeps dbctl's include file; the packaged postgresql.conf stays untouched. What a start would not accept is refused
 * before anything is written; what the server ran with is remembered.
 */
export function ensureSettings(cluster: Cluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const file = ownFile('Write the settings', settingsFile(cluster, node));
  return {
    ...file,
    async diff(host) {
      const changes = await file.diff(host);
      if (changes.length > 0) await refuseBadSettings(cluster, node, host);
      return changes;
    },
    async apply(host, report) {
      await rememberSettings(host, instance);
      await file.apply(host, report);
    },
  };
}

/** The settings of a node that has no data yet, or is given new data: refused before that. Changes nothing. */
export const tryNewSettings = (cluster: Cluster, node: Node, replaces = false): Step =>
  check('Try the settings', async (host) => {
    // Without any of the user's own, they are those of every other cluster.
    if (Object.keys(cluster.postgres.parameters).length === 0) return;
    if (!replaces && (await host.ask(hasDataDirectory(instanceOf(cluster, node))))) return;
    await refuseBadSettings(cluster, node, host, { isFresh: true });
  });

async function refuseBadSettings(
  cluster: Cluster,
  node: Node,
  host: ReadableHost,
  options: Pick<TrialFiles, 'isFresh'> = {},
): Promise<void> {
  const trial = await trySettings(cluster, node, host, options);
  const problems = startProblems(trial, instanceOf(cluster, node));
  if (problems.length > 0) throw notAcceptable(host.name, problems);
}

/** How a start would go with the settings of the file. */
export async function trySettings(
  cluster: Cluster,
  node: Node,
  host: ReadableHost,
  options: Pick<TrialFiles, 'isFresh'> = {},
): Promise<StartTrial> {
  const wanted = settingsFile(cluster, node);
  const files = { [wanted.path]: String(await contentOf(wanted, host)) };
  return host.ask(startTrial(instanceOf(cluster, node), { files, ...options }));
}

const notAcceptable = (host: string, problems: readonly string[]): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${host} would not start with these settings, so they were not written`,
    why: problems.join('\n'),
    next: [
      'correct POSTGRES_CONF_* in .env.cluster, or the file that is named, and run the same command again',
    ],
  });

export function settingsFile(cluster: Cluster, node: Node): OwnFile {
  const instance = instanceOf(cluster, node);
  return {
    path: instance.files.settings,
    async content(host) {
      const text = settingsText(cluster, node, instance, await host.ask(walDisk(instance)));
      return `${text}${await linesToStart(host, instance, text)}`;
    },
    owner: 'postgres:postgres',
    mode: 0o640,
    isSealed: true,
    isShown: true,
  };
}

/** What is said of pg_wal where it is on a small disk, or a link: the link is made again from it. */
function linesOfWal({ bytes, link }: WalDisk): string {
  const sizes = walSizesFor(bytes);
  return [
    ...(sizes ? [`max_wal_size = '${sizes.max_wal_size}'`] : []),
    ...(link ? [`# pg_wal is in ${link}`] : []),
  ]
    .map((line) => `\n${line}`)
    .join('');
}

const settingsText = (cluster: Cluster, node: Node, instance: Instance, wal: WalDisk): string =>
  render('etc/postgresql/conf.d/dbctl.conf', {
    cluster: cluster.name,
    cluster_name: settingValue(`${cluster.name}/${node.name}`),
    listen_addresses: settingValue([...new Set(['localhost', ...hostsOf(node)])].join(', ')),
    port: String(node.port),
    certificate_file: settingValue(instance.files.certificate),
    key_file: settingValue(instance.files.key),
    ca_file: settingValue(instance.files.authority),
    slot_wal: walLimitOf(wal.bytes),
    wal_keep_size: walSizesFor(wal.bytes)?.wal_keep_size ?? '256MB',
    wal_size: linesOfWal(wal),
    replication_limit: String(replicationLimit(cluster)),
    log_name: instance.logName,
    parameters: Object.entries(cluster.postgres.parameters)
      .map(([name, value]) => `${name} = ${settingValue(value)}`)
      .join('\n'),
  });
