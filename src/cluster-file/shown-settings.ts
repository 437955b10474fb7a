// What .env.cluster was understood to say, for people: every setting, its value unless it is secret, and its origin.

import { hostAndPort } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import type { RawValue } from '../config/raw-value.ts';
import type { LoadedConfig } from '../config/load.ts';
import { numberedName } from '../config/numbered-replicas.ts';
import type { Setting } from '../config/setting.ts';
import { parameterPrefix, settingRows } from '../config/settings.ts';

export type Origin =
  | {
      readonly kind: 'line';
      readonly line: number;
      /** The name on that line, when it is not the setting's own. */
      readonly as?: string;
      /** The file that the line names, which the value is in. */
      readonly file?: string;
    }
  | { readonly kind: 'default' }
  | { readonly kind: 'not set' };

export interface ShownSetting {
  readonly name: string;
  readonly group: Setting['group'];
  /** Null when it is not set, or secret. */
  readonly value: string | null;
  readonly isSecret: boolean;
  readonly from: Origin;
}

/** Every setting, in the order of the manual, with the parameters of PostgreSQL behind those of their section. */
export function shownSettings({ cluster, origins, entries }: LoadedConfig): readonly ShownSetting[] {
  const rows = settingRows.map(([name, setting]) => shownSetting(name, setting, origins.get(name), cluster));
  const parameters = entries
    .filter(({ name }) => name.startsWith(parameterPrefix))
    .map(({ name, value, line }): ShownSetting => {
      return { name, group: 'postgres', value, isSecret: false, from: { kind: 'line', line } };
    });
  const behind = rows.findLastIndex(({ group }) => group === 'postgres') + 1;
  return rows.toSpliced(behind, 0, ...parameters);
}

/** Lines that dbctl accepts and does nothing with. */
export const unusedLines = ({
  entries,
}: Pick<LoadedConfig, 'entries'>): readonly { name: string; line: number }[] =>
  entries
    .filter(({ name }) => numberedName(name)?.part === 'WEIGHT')
    .map(({ name, line }) => ({ name, line }));

function shownSetting(
  name: string,
  setting: Setting,
  given: RawValue | undefined,
  cluster: Cluster,
): ShownSetting {
  const { group, fallback } = setting;
  const isSecret = setting.isSecret ?? false;
  if (given)
    return { name, group, value: isSecret ? null : given.text, isSecret, from: originOf(name, given) };
  const value = impliedBy(cluster)[name] ?? (fallback === '' ? undefined : fallback);
  const from: Origin = { kind: value === undefined ? 'not set' : 'default' };
  return { name, group, value: value ?? null, isSecret, from };
}

const originOf = (name: string, { name: as, line, file }: RawValue): Origin => ({
  kind: 'line',
  line,
  ...(as !== name && { as }),
  ...(file !== undefined && { file }),
});

/** Defaults that follow from other settings. */
function impliedBy({
  probed,
  backup,
  caCertificateFile,
}: Cluster): Readonly<Partial<Record<string, string>>> {
  const always = {
    CLUSTER_DB_HOSTS: probed.map((node) => node.name).join(','),
    CLUSTER_CA_CERT: caCertificateFile,
  };
  if (backup === undefined) return always;
  const { repository, stanza } = backup;
  if (repository.kind === 'posix') return { ...always, PGBACKREST_STANZA: stanza };
  const store = { MINIO_BUCKET: repository.bucket, MINIO_ENDPOINT: hostAndPort(repository) };
  return { ...always, PGBACKREST_STANZA: stanza, ...store };
}
