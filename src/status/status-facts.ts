import type { Backup } from '../model/backup.ts';
import { type Cluster, type Node } from '../model/cluster.ts';
import type { DrillResult } from '../backup/drill/drill.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { noBackups, protectionOf, type Protection, type ProtectionFacts } from '../backup/protection.ts';
import { DbctlError } from '../model/errors.ts';
import type { ConnectOptions } from '../host/connect.ts';
import type { ReadableHost } from '../host/host.ts';
import { withHosts } from '../host/with-hosts.ts';
import { archiverFacts, type ArchiverFacts } from '../postgres/archiver.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { readDrills } from '../backup/drill/drills-query.ts';
import { backupInfo, controlPlace } from '../backup/pgbackrest-query.ts';
import { primariesAmong, type NodeSight } from '../model/topology.ts';
import { serverStatus, type ServerStatus } from '../postgres/server-status.ts';
import { bucketLinks, ioTimeout2s } from '../backup/check/broken-links-facts.ts';

/** A node as its own host sees it. */
export interface NodeStatus {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly expectedRole: 'primary' | 'replica';
  /** "running", "stopped", "not set up", or "unreachable". */
  readonly state: 'running' | 'stopped' | 'not set up' | 'unreachable';
  readonly server: ServerStatus | undefined;
  readonly diskFreeBytes: number | undefined;
  /** Why it is unreachable. */
  readonly problem: string | undefined;
}

export interface ClusterStatus {
  /** The nodes that take writes. */
  readonly leaders: readonly NodeSight[];
  readonly nodes: readonly NodeStatus[];
  readonly protection: Protection;
}

type Options = Omit<ConnectOptions, 'ssh'>;

/** Looks at every node and at the repository over SSH, all at once; one that cannot be reached hides no other. */
export async function readStatus(cluster: Cluster, options: Options): Promise<ClusterStatus> {
  const [looks, repository] = await Promise.all([
    Promise.all(cluster.nodes.map((node) => reachNode(cluster, node, options))),
    cluster.backup && askRepository(cluster, cluster.backup, options),
  ]);
  const archiver = looks.find((look) => look.archiver?.isInRecovery === false)?.archiver;
  const drills = looks.flatMap((look) => look.drills);
  const leaders = primariesAmong(cluster, ({ name }) =>
    looks.some(({ status: { node, server } }) => node === name && server?.isInRecovery === false),
  );
  return {
    leaders,
    nodes: looks.map(({ status }) => status),
    protection: repository ? protectionOf({ archiver, drills, ...repository }) : noBackups,
  };
}

interface Look {
  readonly status: NodeStatus;
  readonly archiver: ArchiverFacts | undefined;
  readonly drills: readonly DrillResult[];
}

async function reachNode(cluster: Cluster, node: Node, options: Options): Promise<Look> {
  try {
    return await withHosts([node], { ...options, ssh: cluster.ssh }, (hosts) =>
      lookAt(cluster, node, hosts.get(node.name)),
    );
  } catch (error) {
    if (!(error instanceof DbctlError)) throw error;
    const status = { ...nothingSeen(cluster, node), state: 'unreachable', problem: error.message } as const;
    return { status, archiver: undefined, drills: [] };
  }
}

async function lookAt(cluster: Cluster, node: Node, host: ReadableHost): Promise<Look> {
  const instance = instanceOf(cluster, node);
  const [facts, server, archiver, drills = []] = await Promise.all([
    host.ask(hostFacts(instance)),
    askServer(instance, host),
    cluster.backup && host.ask(archiverFacts(instance)),
    cluster.backup && host.ask(readDrills(cluster)),
  ]);
  const stopped = facts.data.state === 'cluster' ? 'stopped' : 'not set up';
  const status: NodeStatus = {
    ...nothingSeen(cluster, node),
    state: server ? 'running' : stopped,
    server,
    diskFreeBytes: facts.diskFreeBytes,
  };
  return { status, archiver, drills };
}

/** What is in the repository, as the control host sees it; nothing before `backup setup`. */
async function askRepository(
  cluster: Cluster,
  backup: Backup,
  options: Options,
): Promise<Pick<ProtectionFacts, 'info' | 'problem'>> {
  const { control, ssh } = cluster;
  const place = controlPlace(cluster, backup);
  try {
    return await withHosts([control], { ...options, ssh }, async (hosts) => {
      const host = hosts.get(control.name);
      if ((await host.readFile(place.config)) === undefined) return { info: undefined, problem: undefined };
      const info = host.ask(backupInfo(place, ioTimeout2s));
      // pgBackRest tries for a while what the bucket's own test knows to fail: nobody waits for it then.
      info.catch(() => {});
      const [broken] = await bucketLinks(cluster, backup, host);
      return broken ? { info: undefined, problem: broken.what } : { info: await info, problem: undefined };
    });
  } catch (error) {
    if (!(error instanceof DbctlError)) throw error;
    return { info: undefined, problem: error.message };
  }
}

async function askServer(instance: Instance, host: ReadableHost): Promise<ServerStatus | undefined> {
  return (await host.ask(acceptsConnections(instance))) ? host.ask(serverStatus(instance)) : undefined;
}

const nothingSeen = (cluster: Cluster, { name, host, port }: Node): Omit<NodeStatus, 'state'> => ({
  node: name,
  host,
  port,
  expectedRole: name === cluster.configuredPrimary.name ? 'primary' : 'replica',
  server: undefined,
  diskFreeBytes: undefined,
  problem: undefined,
});
