// The links of one machine, tried from there, and what the certificates behind them are worth.

import { certificatesOf, covers, daysLeftOf, isSignedBy, namesIn, parseCertificate } from '../pki/inspect.ts';
import { repositoriesOf, type S3Repository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { SeenLink, ShownCertificate } from './facts.ts';
import { neededLinks } from './needed-links.ts';
import type { Link } from '../system/network.ts';
import { pgbackrestFiles } from '../backup/pgbackrest.ts';
import type { Site } from '../model/site.ts';
import type { ReadableHost } from '../host/host.ts';
import { tryLinks, type TriedLink } from '../system/try-links.ts';

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
