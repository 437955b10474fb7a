// What a command may ask to have before it is run. A row more here is a kind of need more.

import type { Backup } from '../model/backup.ts';
import type { Cluster, LedCluster } from '../model/cluster.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { noteLeader, seeLeader } from './see-leader.ts';

export interface Needs {
  readonly nothing: object;
  /** Where .env.cluster is, or shall be. */
  readonly file: { readonly file: string };
  readonly cluster: { readonly cluster: Cluster };
  /** The cluster. When another node leads than the file says, a line says so. */
  readonly 'noted cluster': { readonly cluster: Cluster };
  readonly 'noted backup': { readonly cluster: Cluster; readonly backup: Backup };
  /** The cluster as it is led now; two leaders are refused. */
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
  'noted cluster': async ({ file, login }) => ({
    cluster: await noteLeader((await load()).loadCluster(file), login),
  }),
  async 'noted backup'({ file, login }) {
    const { cluster, backup } = (await load()).loadBackedUpCluster(file);
    return { cluster: await noteLeader(cluster, login), backup };
  },
  leader: async ({ file, login }) => ({ cluster: await seeLeader((await load()).loadCluster(file), login) }),
  settings: async ({ file }) => (await load()).loadConfig(file),
  backup: async ({ file }) => (await load()).loadBackedUpCluster(file),
  async 'leader and backup'({ file, login }) {
    const { cluster, backup } = (await load()).loadBackedUpCluster(file);
    return { cluster: await seeLeader(cluster, login), backup };
  },
};

const load = () => import('../config/load.ts');
