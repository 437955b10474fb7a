// Every setting of .env.cluster, once: how it is read, its default, its documentation, its other names. Each area has a
// file of rows in settings/. The parser, the types, .env.cluster.example and docs/configuration.md all come from here.

import type { InferOutput } from 'valibot';
import type { Setting } from './setting.ts';
import { availabilitySettings } from './settings/availability.ts';
import { backupSettings } from './settings/backup.ts';
import { clusterSettings, sshSettings } from './settings/cluster.ts';
import { gatewaySettings } from './settings/gateways.ts';
import { probeSettings } from './settings/probe.ts';
import { serverSettings } from './settings/server.ts';

const sections = {
  cluster: clusterSettings,
  ssh: sshSettings,
  postgres: serverSettings,
  availability: availabilitySettings,
  gateways: gatewaySettings,
  watching: probeSettings,
  backups: backupSettings,
} as const satisfies Readonly<Record<Setting['group'], object>>;

export const settings = {
  ...clusterSettings,
  ...sshSettings,
  ...serverSettings,
  ...availabilitySettings,
  ...gatewaySettings,
  ...probeSettings,
  ...backupSettings,
};

export type SettingName = keyof typeof settings;

/** Every setting by its canonical name, read. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends { readonly optional: true }
    ? InferOutput<(typeof settings)[Name]['read']> | undefined
    : InferOutput<(typeof settings)[Name]['read']>;
};

/** The rows in order, for code that treats them all alike. */
export const settingRows = Object.entries(sections).flatMap(([group, rows]) =>
  Object.entries(rows).map(([name, row]) => [name, { group, ...row }] as const),
) as unknown as readonly (readonly [SettingName, Setting])[];

/** Start of the settings that pass a parameter to postgresql.conf. */
export const parameterPrefix = 'POSTGRES_CONF_';
