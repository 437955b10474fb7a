// Looks at every machine of a cluster before anything is changed there, all at once, and leaves nothing behind.

import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import type { SeenNode, SeenSite, UnseenSite } from './facts.ts';
import { neededPackages, serverPackage } from './packages.ts';
import { ownPorts } from './ports.ts';
import { doctorReport, type DoctorReport } from './report.ts';
import { instanceOf } from '../model/instance.ts';
import { pgbackrestFiles } from '../backup/pgbackrest.ts';
import { sitesOf, type Site } from '../model/site.ts';
import { storeFiles } from '../store/store.ts';
import { readCaCertificate } from '../pki/ca-certificate.ts';
import { exitCode } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { diskSpeed } from './disk-speed-query.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { siteFacts } from './site-query.ts';
import { askMachines, type Asked, type LoginOptions } from '../host/ask-machines.ts';
import { readLinkFacts } from './link-facts.ts';

export async function examine(cluster: Cluster, options: LoginOptions): Promise<DoctorReport> {
  const authority = readCaCertificate(cluster);
  const answers = await askMachines(cluster, sitesOf(cluster), options, (host, site) =>
    readSite(cluster, site, host, authority),
  );
  return doctorReport(
    cluster,
    answers.flatMap(({ answer }) => answer ?? []),
    answers.flatMap((one, index) => unseenSite(one, sitesOf(cluster)[index]!)),
  );
}

/**
 * Everything at once, but for the disk: a busy disk would make start-up files look slow. The test file is beside the
 * data, never in it.
 */
async function readSite(
  cluster: Cluster,
  site: Site,
  host: ReadableHost,
  authority: string | undefined,
): Promise<SeenSite> {
  const directory = directoryOf(cluster, site);
  const [facts, nodes, links] = await Promise.all([
    host.ask(siteFacts(questionFor(cluster, site, directory))),
    Promise.all(site.nodes.map((node) => readNode(cluster, node, host))),
    readLinkFacts(cluster, site, host, authority),
  ]);
  const speed = keepsData(cluster, site) ? await host.ask(diskSpeed(dirname(directory))) : undefined;
  return { site, facts, nodes, speed, links };
}

async function readNode(cluster: Cluster, node: Node, host: ReadableHost): Promise<SeenNode> {
  const instance = instanceOf(cluster, node);
  const [facts, startsAtBoot] = await Promise.all([
    host.ask(hostFacts(instance)),
    host.ask(controlOf(instance).startsAtBoot),
  ]);
  return { node, facts, startsAtBoot };
}

const questionFor = (cluster: Cluster, site: Site, directory: string) => ({
  directory,
  dataDirectory: site.nodes.some(({ name }) => name === cluster.configuredPrimary.name)
    ? instanceOf(cluster, cluster.configuredPrimary).dataDirectory
    : undefined,
  packages: neededPackages(cluster, site),
  server: serverPackage(cluster),
  ports: ownPorts(cluster, site).map(({ port }) => port),
});

const keepsData = ({ backup }: Cluster, { nodes }: Site): boolean =>
  nodes.length > 0 || (backup !== undefined && backup.repository.kind !== 's3');

/** Where data will be; on a control host alone, where backups will. */
function directoryOf(cluster: Cluster, { nodes: [node] }: Site): string {
  if (node) return instanceOf(cluster, node).dataDirectory;
  const kind = cluster.backup?.repository.kind;
  if (kind === 'posix') return pgbackrestFiles(cluster).repositoryDirectory;
  return kind === 'minio' || kind === 'versitygw' ? storeFiles(cluster, kind).data : '/var/lib';
}

function unseenSite(asked: Asked<SeenSite>, site: Site): readonly UnseenSite[] {
  if (asked.problem === undefined) return [];
  const { message, why, next, exitCode: code } = asked.error;
  return [{ site, isUnreachable: code === exitCode.unreachable, what: message, why, next }];
}
