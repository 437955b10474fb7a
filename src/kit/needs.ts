// What a command may ask to have before it is run. A row more here is a kind of need more.

import type { Backup } from '../model/backup.ts';
import { ledAsConfigured, type Cluster, type LedCluster } from '../model/cluster.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { LoginOptions } from '../host/ask-machines.ts';

export interface Needs {
  readonly nothing: object;
  /** Where .env.cluster is, or shall be. */
  readonly file: { readonly file: string };
  readonly cluster: { readonly cluster: Cluster };
  /** The cluster as it is led. */
  readonly leader: { readonly cluster: LedCluster };
  /** The cluster, and where each of its settings stands. */
  readonly settings: LoadedConfig;
  /** A cluster whose file says where its backups are. */
  readonly backup: { readonly cluster: Cluster; readonly backup: Backup };
  readonly 'leader and backup': { readonly cluster: LedCluster; readonly backup: Backup };
}

export interface Given {
  readonly file: string;
  /** How hosts are logged in on. */
  readonly login: LoginOptions;
}

/** Each reads what it answers; the modules that do so are loaded only then. */
export const provide: { readonly [Need in keyof Needs]: (given: Given) => Promise<Needs[Need]> } = {
  nothing: () => Promise.resolve({}),
  file: ({ file }) => Promise.resolve({ file }),
  cluster: async ({ file }) => ({ cluster: (await load()).loadCluster(file) }),
  leader: async ({ file, login }) => ({ cluster: await led((await load()).loadCluster(file), login) }),
  settings: async ({ file }) => (await load()).loadConfig(file),
  backup: async ({ file }) => (await load()).loadBackedUpCluster(file),
  async 'leader and backup'({ file, login }) {
    const { cluster, backup } = (await load()).loadBackedUpCluster(file);
    return { cluster: await led(cluster, login), backup };
  },
};

/** Who leads: the file is believed. */
const led = async (cluster: Cluster, _login: LoginOptions): Promise<LedCluster> => ledAsConfigured(cluster);

const load = () => import('../config/load.ts');
