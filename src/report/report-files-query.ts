// The files of dbctl's on a host, for a support bundle. What is a secret as a whole does not leave the host.

import type { Instance } from '../model/instance.ts';
import { loneQuery, type Query } from '../host/command.ts';

export interface FoundFile {
  readonly path: string;
  /** "600 postgres:postgres 241 2026-11-21T14:12" */
  readonly attributes: string;
  /** undefined where it stayed on the host: too large, or a secret as a whole. */
  readonly text: string | undefined;
}

const largestBytes = 256 * 1024;

/** Keys, password files, and files of a store that hold a secret and nothing else. */
const secretNames = '*.key|*.pgpass|*password*|*/root-user|*/environment|*/users.json|*.p12';

// bash: a name may hold anything but NUL.
const script = `
largest=$1; shift
find "$@" -xdev -maxdepth 8 -type f -printf '%m %u:%g %s %TY-%Tm-%TdT%TH:%TM\\t%p\\0' 2>/dev/null |
while IFS= read -r -d '' line; do
  attributes=\${line%%$'\\t'*} path=\${line#*$'\\t'} content=-
  set -- $attributes
  case $path in
    ${secretNames}) ;;
    *) [ "$3" -gt "$largest" ] || content=+$(base64 -w0 -- "$path") ;;
  esac
  printf '%s\\t%s\\t%s\\n' "$attributes" "$(printf %s "$path" | base64 -w0)" "$content"
done
exit 0
`;

/** Every file below these paths, in order; a path that does not exist is no error. */
export const filesBelow = (paths: readonly string[]): Query<readonly FoundFile[]> =>
  loneQuery(['bash', '-c', script, 'bash', String(largestBytes), ...paths], parseFiles, {
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
export const nodePaths = ({ configDirectory, dataDirectory, unit }: Instance): readonly string[] => [
  configDirectory,
  `${dataDirectory}/postgresql.auto.conf`,
  `${dataDirectory}/standby.signal`,
  `/etc/systemd/system/${unit}.d`,
];
