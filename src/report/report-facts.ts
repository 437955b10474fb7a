// Gathers what a support bundle has of the hosts. Changes nothing on them, and leaves nothing there.

import { instanceOf } from '../model/instance.ts';
import { machinesOf, type Cluster, type Machine, type Node } from '../model/cluster.ts';
import { journalDirectory } from '../operation/operation.ts';
import type { TarFile } from '../model/tar.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks, type Watch } from '../engine/run-tasks.ts';
import { DbctlError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import {
  clusterPaths,
  filesBelow,
  nodePaths,
  type FoundFile,
  hostItems,
  journalItem,
  repositoryItem,
  type ReportItem,
  serverReport,
} from './report-host-query.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { controlPlace } from '../backup/pgbackrest-query.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';

/** Of each log and journal. */
const lines = 200;

export interface HostReport {
  /** Its name; of several nodes on one host, the names of all. */
  readonly name: string;
  /** Why it could not be asked. */
  readonly problem: string | null;
  readonly files: readonly TarFile[];
}

/** Asks every host, all at once; one that is down is there with its error. The texts still hold secrets. */
export async function gatherReport(
  cluster: Cluster,
  options: LoginOptions,
  listener: Listener,
): Promise<readonly HostReport[]> {
  const tasks = hostsOf(cluster).map(({ name, machine, nodes }) => ({
    host: name,
    async work({ report }: Watch) {
      const [asked] = await askMachines(cluster, [machine], options, (host) =>
        askHost(cluster, nodes, isControl(cluster, machine), { host, report }),
      );
      const problem = asked?.problem ?? null;
      const files = asked?.answer ?? [{ path: 'error.txt', text: errorText(asked?.error) }];
      const answer = { name, problem, files };
      if (problem !== null) return { answer, status: 'failed', note: problem } as const;
      return { answer, status: 'in place', note: `${files.length} files` } as const;
    },
  }));
  return runTasks('Gather the report', tasks, listener);
}

/** Several nodes may share one host, and the control host may be a node's. */
function hostsOf(cluster: Cluster) {
  const machines = machinesOf(cluster);
  return [...new Set(machines.map(({ host }) => host))].map((address) => {
    const here = machines.filter(({ host }) => host === address);
    const nodes = cluster.nodes.filter(({ host }) => host === address);
    return { name: here.map(({ name }) => name).join('+'), machine: here[0]!, nodes };
  });
}

const isControl = ({ control }: Cluster, { host }: Machine): boolean => control.host === host;

interface Asking {
  readonly host: ReadableHost;
  readonly report: (note: string) => void;
}

async function askHost(
  cluster: Cluster,
  nodes: readonly Node[],
  keepsBackups: boolean,
  { host, report }: Asking,
): Promise<readonly TarFile[]> {
  const items = itemsOf(cluster, nodes, keepsBackups);
  let done = 0;
  const answers = items.map(async ({ file, query }): Promise<TarFile> => {
    const text = await host.ask(query).catch(textOfError);
    report(`${(done += 1)} of ${items.length + 1}: ${file}`);
    return { path: file, text };
  });
  const [texts, found] = await Promise.all([
    Promise.all(answers),
    host.ask(filesBelow(pathsOf(cluster, nodes))).catch(textOfError),
  ]);
  return [...texts, ...(typeof found === 'string' ? [{ path: 'files.txt', text: found }] : ownFiles(found))];
}

function itemsOf(cluster: Cluster, nodes: readonly Node[], keepsBackups: boolean): readonly ReportItem[] {
  const { backup } = cluster;
  return [
    ...hostItems,
    journalItem(lines),
    ...(backup && keepsBackups ? [repositoryItem(controlPlace(cluster, backup))] : []),
    ...nodes.flatMap((node) => {
      const instance = instanceOf(cluster, node);
      return [
        { file: `${node.name}-server.txt`, query: serverReport(instance) },
        { file: `${node.name}-log.txt`, query: controlOf(instance).log(lines) },
      ];
    }),
  ];
}

const pathsOf = (cluster: Cluster, nodes: readonly Node[]): readonly string[] => [
  ...clusterPaths(cluster.name),
  `${journalDirectory}/${cluster.name}.jsonl`,
  '/etc/systemd/system',
  ...nodes.flatMap((node) => nodePaths(instanceOf(cluster, node))),
];

/** Of systemd's units, only dbctl's own and its additions to others. */
const isOurs = ({ path }: FoundFile): boolean =>
  !path.startsWith('/etc/systemd/system/') || /dbctl/.test(path);

/** A list of all, and the texts of those that may leave the host. */
function ownFiles(found: readonly FoundFile[]): readonly TarFile[] {
  const ours = found.filter((file) => isOurs(file));
  const list = ours.map(({ attributes, path, text }) => {
    return `${attributes} ${path}${text === undefined ? '  (left on the host)' : ''}\n`;
  });
  return [
    { path: 'files.txt', text: list.join('') },
    ...ours.flatMap(({ path, text }) => (text === undefined ? [] : [{ path: `files${path}`, text }])),
  ];
}

/** A bug is no answer of a host. */
function textOfError(error: unknown): string {
  if (error instanceof DbctlError) return errorText(error);
  throw error;
}

const errorText = (error: DbctlError | undefined): string =>
  error ? `${['error', error.message].join(' ')}\n${error.why ?? ''}\n` : '';
