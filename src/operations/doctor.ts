// Looks at every machine of a cluster before anything is changed there, all at once, and leaves nothing behind.

import {
  daysLeftOf,
  covers,
  isSignedBy,
  namesIn,
  certificatesOf,
  parseCertificate,
} from '../certificates/inspect.ts';
import { bucketOf } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { SeenLink, SeenSite, ShownCertificate, UnseenSite } from '../cluster/doctor-facts.ts';
import { neededPackages, serverPackage } from '../cluster/doctor-packages.ts';
import { ownPorts } from '../cluster/doctor-ports.ts';
import { doctorReport, type DoctorReport } from '../cluster/doctor-report.ts';
import { instanceOf } from '../cluster/instance.ts';
import { neededLinks, type Link } from '../cluster/needed-links.ts';
import { pgbackrestFiles } from '../cluster/pgbackrest.ts';
import { sitesOf, type Site } from '../cluster/site.ts';
import { storeFiles } from '../cluster/store.ts';
import { readCaCertificate } from '../config/ca-certificate.ts';
import { exitCode } from '../errors.ts';
import type { ReadableHost } from '../remote/host.ts';
import { diskSpeed } from '../shell/disk-speed.ts';
import { hostFacts } from '../shell/host-facts.ts';
import { siteFacts } from '../shell/site-facts.ts';
import { tryLinks, type TriedLink } from '../shell/try-links.ts';
import { storeCaFile } from '../steps/bucket-link.ts';
import { askMachines, type Asked, type LoginOptions } from './ask-machines.ts';

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

/** Everything at once, but for the disk: a busy disk would make start-up files look slow. */
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
  const speed = keepsData(cluster, site) ? await host.ask(diskSpeed(directory)) : undefined;
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

async function seeLinks(
  cluster: Cluster,
  site: Site,
  host: ReadableHost,
  authority: string | undefined,
): Promise<readonly SeenLink[]> {
  const links = neededLinks(cluster).filter(({ from }) => from === site.name);
  if (links.length === 0) return [];
  const caFile = caFileOfStore(cluster);
  const tried = await host.ask(tryLinks(links.map((link) => ({ ...link, caFile }))));
  return links.map((link, index) => {
    const isOurs = caFile === '-' || link.service !== 'store';
    const { state, ...shown } = tried[index]!;
    return {
      ...link,
      state,
      certificate: certificateOf(link, shown, isOurs ? authority : undefined, isOurs),
    };
  });
}

/** What a store that somebody else runs is judged by: a file, or ("") what the host trusts; "-" for our own. */
function caFileOfStore(cluster: Cluster): string {
  const bucket = cluster.backup && bucketOf(cluster.backup);
  return bucket?.kind === 's3' ? (storeCaFile(cluster, bucket) ?? '') : '-';
}

function certificateOf(
  { host }: Link,
  { shown, isTrusted }: Omit<TriedLink, 'state'>,
  authority: string | undefined,
  isOurs: boolean,
): ShownCertificate | undefined {
  const certificate = shown === undefined ? undefined : parseCertificate(shown);
  if (certificate === undefined) return undefined;
  const isSigned = authority && certificatesOf(authority).some((pem) => isSignedBy(certificate, pem));
  return {
    names: namesIn(certificate),
    daysLeft: daysLeftOf(certificate),
    hasName: covers(certificate, host),
    isTrusted: isOurs ? (authority === undefined ? undefined : Boolean(isSigned)) : isTrusted,
  };
}

function unseenSite(asked: Asked<SeenSite>, site: Site): readonly UnseenSite[] {
  if (asked.problem === undefined) return [];
  const { message, why, next, exitCode: code } = asked.error;
  return [{ site, isUnreachable: code === exitCode.unreachable, what: message, why, next }];
}
