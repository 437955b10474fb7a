// The files of dbctl's on a host, for a support bundle. What is a secret as a whole does not leave the host.

import type { Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';

export interface FoundFile {
  readonly path: string;
  /** "600 postgres:postgres 241 2026-11-21T14:12" */
  readonly attributes: string;
  /** undefined where it stayed on the host: too large, or a secret as a whole. */
  readonly text: string | undefined;
}

const largestBytes = 256 * 1024;

/** Every file below these paths, in order; a path that does not exist is no error. */
export const filesBelow = (paths: readonly string[]): Query<readonly FoundFile[]> =>
  loneQuery(script('report/report-files.sh', String(largestBytes), ...paths), parseFiles, {
    timeoutMs: 60_000,
  });

const parseFiles = (stdout: string): readonly FoundFile[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [attributes = '', path = '', content = '-'] = line.split('\t');
      const text = content.startsWith('+') ? decode(content.slice(1)) : undefined;
      return { path: decode(path), attributes, text };
    })
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString();

/** Where dbctl keeps things of a cluster, on any host. Things of other clusters are not looked at. */
export const clusterPaths = (cluster: string): readonly string[] => [
  `/etc/dbctl/${cluster}`,
  `/etc/dbctl/pki/${cluster}`,
  `/var/lib/dbctl/${cluster}`,
  '/usr/local/lib/dbctl',
  '/etc/postgresql-common/createcluster.d',
];

/** A node's own. */
export const nodePaths = (instance: Instance): readonly string[] => [
  instance.configDirectory,
  `${instance.dataDirectory}/postgresql.auto.conf`,
  `${instance.dataDirectory}/standby.signal`,
  ...controlOf(instance).paths,
];
