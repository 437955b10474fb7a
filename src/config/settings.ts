// Every setting of .env.cluster, once: how it is read, its default, its documentation, its other names. Each area has a
// file of rows in settings/. The parser, the types, .env.cluster.example and docs/configuration.md all come from here.

import type { InferOutput } from 'valibot';
import type { Setting } from './setting.ts';
import { backupSettings } from './settings/backup.ts';
import { clusterSettings } from './settings/cluster.ts';
import { probeSettings } from './settings/probe.ts';
import { serverSettings } from './settings/server.ts';
import { sshSettings } from './settings/ssh.ts';

export const settings = {
  ...clusterSettings,
  ...sshSettings,
  ...serverSettings,
  ...probeSettings,
  ...backupSettings,
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

/** Every setting by its canonical name, read. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends { readonly optional: true }
    ? InferOutput<(typeof settings)[Name]['read']> | undefined
    : InferOutput<(typeof settings)[Name]['read']>;
};

/** The rows in order, for code that treats them all alike. */
export const settingRows: readonly (readonly [SettingName, Setting])[] = Object.entries(
  settings,
) as unknown as readonly (readonly [SettingName, Setting])[];

/** Start of the settings that pass a parameter to postgresql.conf. */
export const parameterPrefix = 'POSTGRES_CONF_';
