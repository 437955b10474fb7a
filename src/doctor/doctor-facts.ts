// Looks at every machine of a cluster before anything is changed there, all at once, and leaves nothing behind.

import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import type { SeenNode, SeenSite, SeenLink, ShownCertificate } from './facts.ts';
import { neededPackages, serverPackage, ownPorts, neededLinks } from './needs.ts';
import { doctorReport, type DoctorReport } from './report.ts';
import { instanceOf } from '../model/instance.ts';
import { foreignConfigs } from '../backup/default-config-step.ts';
import { pgbackrestFiles } from '../backup/pgbackrest.ts';
import { sitesOf, type Site } from '../model/site.ts';
import { storeFiles } from '../store/store.ts';
import { readCaCertificate } from '../pki/ca-certificate.ts';
import type { ReadableHost } from '../host/host.ts';
import { diskSpeed, siteFacts } from './site-query.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { startProblems } from '../postgres/start-trial.ts';
import { trySettings } from '../server/settings-step.ts';
import { ownAddresses } from '../server/own-addresses-query.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import { certificatesOf, covers, daysLeftOf, isSignedBy, namesIn, parseCertificate } from '../pki/inspect.ts';
import { etcdFiles, isEtcdMember } from '../etcd/etcd.ts';
import { isOwnStore, repositoriesOf, type S3Repository } from '../model/backup.ts';
import type { Link } from '../system/network.ts';
import { tryLinks, type TriedLink } from '../system/try-links.ts';

export async function examine(cluster: Cluster, options: LoginOptions): Promise<DoctorReport> {
  const authority = readCaCertificate(cluster);
  const sites = sitesOf(cluster);
  const answers = await askMachines(cluster, sites, options, (host, site) =>
    readSite(cluster, site, host, authority),
  );
  const unseen = answers.flatMap((one, index) =>
    one.problem === undefined ? [] : [{ site: sites[index]!, error: one.error }],
  );
  return doctorReport(
    cluster,
    answers.flatMap(({ answer }) => answer ?? []),
    unseen,
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
  const [facts, nodes, links, otherConfigs = []] = await Promise.all([
    host.ask(siteFacts(questionFor(cluster, site, directory))),
    Promise.all(site.nodes.map((node) => readNode(cluster, node, host))),
    readLinkFacts(cluster, site, host, authority),
    cluster.backup && host.ask(foreignConfigs(cluster, cluster.backup)),
  ]);
  const speed = keepsData(cluster, site) ? await host.ask(diskSpeed(dirname(directory))) : undefined;
  return { site, facts, nodes, otherConfigs, speed, links };
}

async function readNode(cluster: Cluster, node: Node, host: ReadableHost): Promise<SeenNode> {
  const instance = instanceOf(cluster, node);
  const { configuredPrimary } = cluster;
  const [facts, addresses, startsAtBoot, trial] = await Promise.all([
    host.ask(hostFacts(instance)),
    host.ask(ownAddresses(node, node.name === configuredPrimary.name ? undefined : configuredPrimary)),
    host.ask(controlOf(instance).startsAtBoot),
    trySettings(cluster, node, host),
  ]);
  return { node, facts, addresses, startsAtBoot, startProblems: startProblems(trial, instance) };
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

const keepsData = (cluster: Cluster, site: Site): boolean =>
  site.nodes.length > 0 ||
  isEtcdMember(cluster, site) ||
  (cluster.backup !== undefined && cluster.backup.repository.kind !== 's3');

/** Where data will be; on a control host alone, where backups will. */
function directoryOf(cluster: Cluster, { nodes: [node] }: Site): string {
  if (node) return instanceOf(cluster, node).dataDirectory;
  const { repository } = cluster.backup ?? {};
  if (repository === undefined && cluster.etcd) return etcdFiles(cluster).data;
  if (repository?.kind === 'posix') return pgbackrestFiles(cluster).repositoryDirectory;
  return repository && isOwnStore(repository) ? storeFiles(cluster, repository.kind).data : '/var/lib';
}

/** Tries every link that starts at a site. `authority` is the cluster's CA, in PEM; undefined before it was made. */
export async function readLinkFacts(
  cluster: Cluster,
  site: Site,
  host: ReadableHost,
  authority: string | undefined,
): Promise<readonly SeenLink[]> {
  const links = neededLinks(cluster).filter(({ from }) => from === site.name);
  if (links.length === 0) return [];
  const tried = await host.ask(
    tryLinks(links.map((link) => ({ ...link, caFile: foreignCaFile(cluster, link) }))),
  );
  return links.map((link, index) => {
    const one = tried[index]!;
    const isForeign = foreignCaFile(cluster, link) !== undefined;
    const isTrusted = isForeign ? one.isTrusted : isSignedByAny(one, authority);
    return { ...link, state: one.state, certificate: certificateOf(link, one, isTrusted) };
  });
}

/** What a store that somebody else runs is judged by: a file, or ("") what the host trusts; undefined for our own. */
function foreignCaFile(cluster: Cluster, { service, host, port }: Link): string | undefined {
  if (service !== 'store' || cluster.backup === undefined) return undefined;
  const index = repositoriesOf(cluster.backup).findIndex(
    ({ repository }) =>
      repository.kind === 's3' && host.endsWith(repository.host) && port === repository.port,
  );
  if (index < 0) return undefined;
  const { caCertificateFile } = repositoriesOf(cluster.backup)[index]!.repository as S3Repository;
  if (caCertificateFile === undefined) return '';
  const files = pgbackrestFiles(cluster);
  return index === 0 ? files.storeCaCertificate : files.formerStoreCaCertificate;
}

function isSignedByAny({ shown }: TriedLink, authority: string | undefined): boolean | undefined {
  const certificate = shown === undefined ? undefined : parseCertificate(shown);
  if (certificate === undefined || authority === undefined) return undefined;
  return certificatesOf(authority).some((pem) => isSignedBy(certificate, pem));
}

function certificateOf(
  { host }: Link,
  { shown }: TriedLink,
  isTrusted: boolean | undefined,
): ShownCertificate | undefined {
  const certificate = shown === undefined ? undefined : parseCertificate(shown);
  if (certificate === undefined) return undefined;
  const [names, daysLeft] = [namesIn(certificate), daysLeftOf(certificate)];
  return { names, daysLeft, hasName: covers(certificate, host), isTrusted };
}
