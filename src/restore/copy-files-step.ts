// What makes a restored server a copy: it does none of the cluster's work, reaches none of its files, and can be removed.

import type { Cluster } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { render } from '../model/render.ts';
import type { Step } from '../engine/step.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { ensureApart } from '../postgres/control/boot-order.ts';
import { withoutJobs } from '../postgres/job-libraries.ts';
import { settingValue } from '../postgres/libpq.ts';
import { ownFile } from '../system/own-file.ts';
import { removerOf, tablespacesOfCopy } from './restore.ts';

/** Lets its server write to its own directories only, and says how all of it is removed. Before it is registered. */
export const keepCopyApart = (instance: Instance): readonly Step[] => [
  ensureApart(instance, [instance.dataDirectory, tablespacesOfCopy(instance)]),
  ownFile('Write the program that removes the copy', {
    path: removerOf(instance),
    content: removerText(instance),
  }),
];

const removerText = (instance: Instance): string =>
  render('etc/dbctl/cluster/node/remove-copy.sh', {
    name: instance.name,
    version: String(instance.version),
    path: removerOf(instance),
    settings: instance.files.copy,
    data: instance.dataDirectory,
    tablespaces: tablespacesOfCopy(instance),
    config: instance.configDirectory,
    dbctl: instance.dbctlDirectory,
    unit: controlOf(instance).name,
    unit_files: controlOf(instance).paths.join(' '),
    log_name: instance.logName,
  });

/** Overrules, before the first start, what the cluster sets and a copy must not do. Whoever edits it later, it is theirs. */
export const ensureCopySettings = (cluster: Cluster, instance: Instance): Step =>
  ownFile('Write the settings of a copy', {
    path: instance.files.copy,
    content: copySettingsText(cluster, instance),
    owner: 'postgres:postgres',
    mode: 0o640,
  });

function copySettingsText(cluster: Cluster, instance: Instance): string {
  const { version, parameters } = cluster.postgres;
  const libraries = parameters['shared_preload_libraries'];
  const more = [
    ...(libraries === undefined
      ? []
      : [`shared_preload_libraries = ${settingValue(withoutJobs(libraries))}`]),
    ...(version >= 17
      ? ['', '# No triggers of logins.', 'event_triggers = off', 'sync_replication_slots = off']
      : []),
  ];
  return render('etc/postgresql/conf.d/dbctl_copy.conf', {
    cluster: cluster.name,
    unit: controlOf(instance).name,
    version: String(version),
    instance: instance.name,
    log_name: instance.logName,
    more: more.map((line) => `${line}\n`).join(''),
  });
}
