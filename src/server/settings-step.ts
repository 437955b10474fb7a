import type { Cluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { walLimitGigabytes } from './parameters.ts';
import type { Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { render } from '../model/render.ts';
import { fileSystemBytes } from './host-facts-query.ts';
import { settingValue } from '../postgres/libpq.ts';
import { settingsRefusal } from '../postgres/settings.ts';
import { ownFile, type OwnFile } from '../system/own-file.ts';

/** Keeps dbctl's include file; the packaged postgresql.conf stays untouched. */
export function ensureSettings(cluster: Cluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const file = ownFile('Write the settings', settingsFile(cluster, node));
  return {
    ...file,
    async apply(host, report) {
      const refusal = await host.ask(settingsRefusal(instance, cluster.postgres.parameters));
      if (refusal !== undefined) throw notAcceptable(host.name, refusal);
      await file.apply(host, report);
    },
  };
}

const notAcceptable = (host: string, refusal: string): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${host} rejects these settings, so they were not written`,
    why: refusal,
    next: ['correct POSTGRES_CONF_* in .env.cluster and run the same command again'],
  });

export function settingsFile(cluster: Cluster, node: Node): OwnFile {
  const instance = instanceOf(cluster, node);
  return {
    path: instance.files.settings,
    async content(host) {
      const diskTotalBytes = await host.ask(fileSystemBytes(instance.dataDirectory));
      return settingsText(cluster, node, instance, walLimitGigabytes(diskTotalBytes));
    },
    owner: 'postgres:postgres',
    mode: 0o640,
    isSealed: true,
    isShown: true,
  };
}

const settingsText = (cluster: Cluster, node: Node, instance: Instance, slotWalGigabytes: number): string =>
  render('etc/postgresql/conf.d/dbctl.conf', {
    cluster: cluster.name,
    cluster_name: settingValue(`${cluster.name}/${node.name}`),
    listen_addresses: settingValue([...new Set(['localhost', node.host])].join(', ')),
    port: String(node.port),
    certificate_file: settingValue(instance.files.certificate),
    key_file: settingValue(instance.files.key),
    ca_file: settingValue(instance.files.authority),
    slot_wal_gigabytes: String(slotWalGigabytes),
    log_name: instance.logName,
    parameters: Object.entries(cluster.postgres.parameters)
      .map(([name, value]) => `${name} = ${settingValue(value)}`)
      .join('\n'),
  });
