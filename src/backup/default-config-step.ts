// For those who type `pgbackrest --stanza=…` on a host: a configuration where pgBackRest looks by itself. dbctl never reads
// it: what it runs has a configuration of its own, so that nodes and clusters may share a host.

import type { Backup } from '../model/backup.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { change, type Step } from '../engine/step.ts';
import { action, query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { sh } from '../host/script.ts';
import { sameHost } from '../model/address.ts';
import { render } from '../model/render.ts';
import { ownFile } from '../system/own-file.ts';
import { controlConfigText, nodeConfigText } from './pgbackrest-files-step.ts';

/** Where pgBackRest looks for a stanza without --config. */
const defaultConfigOf = (stanza: string): string => `/etc/pgbackrest/conf.d/${stanza}.conf`;

const firstLine = ({ name }: Pick<Cluster, 'name'>): string =>
  `# Written by dbctl for cluster ${name}; changes made here are lost. Edit .env.cluster instead.`;

/** Files that say what a stanza is, of those that pgBackRest reads by itself, and do not begin with this line. */
const othersFiles = ({ stanza }: Pick<Backup, 'stanza'>, line: string): Query<readonly string[]> =>
  query(
    sh(
      `grep -lsF -e "[$1]" -e "[$1:" /etc/pgbackrest.conf /etc/pgbackrest/pgbackrest.conf /etc/pgbackrest/conf.d/*.conf |
while read -r file; do [ "$(head -n 1 "$file")" = "$2" ] || echo "$file"; done
[ ! -e "$3" ] || [ "$(head -n 1 "$3")" = "$2" ] || echo "$3"`,
      stanza,
      line,
      defaultConfigOf(stanza),
    ),
    (stdout) => [...new Set(stdout.split('\n').filter(Boolean))],
  );

/** The files, not of this cluster, by which `pgbackrest --stanza=…` works on a host. */
export const foreignConfigs = (cluster: Cluster, backup: Backup): Query<readonly string[]> =>
  othersFiles(backup, firstLine(cluster));

/**
 * Keeps that configuration, unless the host has another one for the stanza: somebody's own, or another cluster's. The
 * control host's has every node; a node's has the first node of its host.
 */
export function ensureDefaultConfig(cluster: Cluster, backup: Backup, machine: Machine): Step {
  const step = ownFile('Let pgbackrest find the repository by itself', {
    path: defaultConfigOf(backup.stanza),
    content: async (host) =>
      `${firstLine(cluster)}\n${stanzaLines(await wholeConfig(cluster, backup, machine, host), backup)}`,
    owner: 'postgres:postgres',
    mode: 0o600,
    isSealed: true,
  });
  const isLeft = async (host: ReadableHost): Promise<boolean> =>
    (await host.ask(foreignConfigs(cluster, backup))).length > 0;
  return { ...step, diff: async (host) => ((await isLeft(host)) ? [] : step.diff(host)) };
}

function wholeConfig(
  cluster: Cluster,
  backup: Backup,
  machine: Machine,
  host: ReadableHost,
): Promise<string> {
  const node = cluster.nodes.find((one) => sameHost(one.host, machine.host));
  const isControl = node === undefined || sameHost(machine.host, cluster.control.host);
  return isControl ? controlConfigText(cluster, backup, host) : nodeConfigText(cluster, backup, node, host);
}

/** What is said for all stanzas is said for this one alone: the host may have others. */
export const stanzaLines = (config: string, { stanza }: Pick<Backup, 'stanza'>): string =>
  config
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/^\[global(?=[:\]])/gm, `[${stanza}`)
    .replaceAll(/\n{2,}/g, '\n\n');

/** Removes that configuration, unless it is another one's. */
export function forgetDefaultConfig(cluster: Cluster, { stanza }: Backup): Step {
  const path = defaultConfigOf(stanza);
  return {
    title: 'Remove the configuration that pgbackrest finds by itself',
    async diff(host) {
      const isOurs = (await host.readFile(path))?.content.startsWith(`${firstLine(cluster)}\n`);
      return isOurs ? [change('file.remove', `remove ${path}`, path)] : [];
    },
    apply: (host) => host.run(action(['rm', '-f', '--', path])),
  };
}

/** The same by hand. */
export const forgetDefaultConfigLine = (cluster: Cluster, { stanza }: Backup): string =>
  `grep -lsF '# Written by dbctl for cluster ${cluster.name};' ${defaultConfigOf(stanza)} | xargs -r rm -f`;

/** In root's login shells, pgbackrest is done as postgres. */
export const ensureRootShell = (): Step =>
  ownFile('Run pgbackrest as postgres', {
    path: '/etc/profile.d/dbctl-pgbackrest.sh',
    content: render('etc/profile.d/dbctl-pgbackrest.sh', {}),
    isSealed: true,
  });
