// Looks at every machine of a cluster before anything is changed there, all at once, and leaves nothing behind.

import { dirname } from 'node:path/posix';
import type { Cluster } from '../../cluster/cluster.ts';
import type { SeenSite, UnseenSite } from '../../cluster/doctor/facts.ts';
import { neededPackages, serverPackage } from '../../cluster/doctor/packages.ts';
import { ownPorts } from '../../cluster/doctor/ports.ts';
import { doctorReport, type DoctorReport } from '../../cluster/doctor/report.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { pgbackrestFiles } from '../../cluster/backup/pgbackrest.ts';
import { sitesOf, type Site } from '../../cluster/doctor/site.ts';
import { storeFiles } from '../../cluster/store/store.ts';
import { readCaCertificate } from '../../config/ca-certificate.ts';
import { exitCode } from '../../errors.ts';
import type { ReadableHost } from '../../remote/host.ts';
import { diskSpeed } from '../../shell/disk-speed.ts';
import { hostFacts } from '../../shell/host-facts.ts';
import { siteFacts } from '../../shell/site-facts.ts';
import { askMachines, type Asked, type LoginOptions } from '../ask-machines.ts';
import { seeLinks } from './see-links.ts';

export async function examine(cluster: Cluster, options: LoginOptions): Promise<DoctorReport> {
  const authority = readCaCertificate(cluster);
  const answers = await askMachines(cluster, sitesOf(cluster), options, (host, site) =>
    seeSite(cluster, site, host, authority),
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
async function seeSite(
  cluster: Cluster,
  site: Site,
  host: ReadableHost,
  authority: string | undefined,
): Promise<SeenSite> {
  const directory = directoryOf(cluster, site);
  const [facts, nodes, links] = await Promise.all([
    host.ask(siteFacts(questionFor(cluster, site, directory))),
    Promise.all(
      site.nodes.map(async (node) => ({ node, facts: await host.ask(hostFacts(instanceOf(cluster, node))) })),
    ),
    seeLinks(cluster, site, host, authority),
  ]);
  const speed = keepsData(cluster, site) ? await host.ask(diskSpeed(dirname(directory))) : undefined;
  return { site, facts, nodes, speed, links };
}

const questionFor = (cluster: Cluster, site: Site, directory: string) => ({
  directory,
  dataDirectory: site.nodes.some(({ name }) => name === cluster.primary.name)
    ? instanceOf(cluster, cluster.primary).dataDirectory
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
