// Every certificate as it is, and what is wrong with it.

import { hostAndPort } from '../model/address.ts';
import { machinesOf, type Cluster } from '../model/cluster.ts';
import {
  certificatesOf,
  covers,
  daysLeftOf,
  fingerprintOf,
  isSignedBy,
  nameOf,
  namesIn,
  parseCertificate,
  type Certificate,
  renewBeforeDays,
} from '../pki/inspect.ts';
import { readCaCertificate } from '../pki/ca-certificate.ts';
import { shownPath } from '../config/shown-path.ts';
import type { ReadableHost } from '../host/host.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { withHosts, type HostSet } from '../host/with-hosts.ts';
import { bundleOf, readAuthority, type ClusterAuthority } from '../pki/read-authority.ts';
import { readCredentialFacts, type SeenCredential } from './certificate-facts.ts';

/** "current" signs new certificates; "next" will, "old" did, and is trusted too. */
export type AuthorityKind = 'current' | 'next' | 'old' | 'unknown';

/** "other": than what is in the file; "nothing": no TLS there. */
export type Shown = 'yes' | 'other' | 'nothing';

/** What is known of one; of one that is not set up, only where it belongs. */
export interface CertificateStatus {
  readonly host: string;
  /** undefined for a client's and for a CA. */
  readonly port?: number | undefined;
  readonly what: string;
  readonly daysLeft?: number | undefined;
  readonly names?: readonly string[] | undefined;
  readonly authority?: AuthorityKind | undefined;
  /** Whether the port shows what is in the file; undefined without a port. */
  readonly shown?: Shown | undefined;
  /** SHA-256 of what is in the file. */
  readonly fingerprint?: string | undefined;
  readonly problems: readonly string[];
}

export type CertificatesReport = Awaited<ReturnType<typeof certificatesReport>>;

/** Looks at all of them. The control host has the CA: without it, no certificate can be judged. */
export function readCertificates(cluster: Cluster, login: LoginOptions) {
  const machines = machinesOf(cluster).map((machine) => ({ ...machine, mayBeDown: true }));
  const options = { ...login, ssh: cluster.ssh };
  return withHosts([cluster.control, ...machines], options, (hosts) => certificatesReport(cluster, hosts));
}

export async function certificatesReport(cluster: Cluster, hosts: HostSet<ReadableHost>) {
  const [authority, credentials] = await Promise.all([
    readAuthority(cluster, hosts.get(cluster.control.name)),
    readCredentialFacts(cluster, hosts),
  ]);
  return {
    rotation: authority?.rotation?.phase,
    authorities: (authority?.trusted ?? []).map((pem) => authorityStatus(cluster, authority!, pem)),
    certificates: credentials.map((credential) => statusOf(credential, authority)),
    /** About the copy beside .env.cluster. */
    copyProblems: copyProblems(cluster, authority),
    /** Hosts that do not answer, whose certificates are not among these. */
    unknown: machinesOf(cluster).flatMap(({ name }) => {
      const { unreachable } = hosts.get(name);
      return unreachable ? [{ host: name, why: unreachable.message }] : [];
    }),
  };
}

function authorityStatus(cluster: Cluster, authority: ClusterAuthority, pem: string): CertificateStatus {
  const certificate = parseCertificate(pem);
  const daysLeft = certificate && daysLeftOf(certificate);
  return {
    ...{ host: cluster.control.name, what: 'CA', daysLeft },
    names: certificate && [nameOf(certificate)],
    authority: kindOf(authority, pem),
    fingerprint: fingerprintOf(pem),
    // Certificates live 397 days, and none may outlive its CA.
    problems: daysLeft !== undefined && daysLeft < 400 ? [`it ends in ${daysLeft} days`] : [],
  };
}

export function statusOf(
  { what, machine, port, place, seen }: SeenCredential,
  authority: ClusterAuthority | undefined,
): CertificateStatus {
  const common = { host: machine.name, port: port?.port, what };
  if (seen.certificate === undefined) return { ...common, problems: [] };
  const certificate = parseCertificate(seen.certificate);
  const signer = certificate && signerOf(certificate, authority);
  const fingerprint = certificate?.fingerprint256;
  const shown = port && howShown(fingerprint, seen.shown);
  return {
    ...common,
    daysLeft: certificate && daysLeftOf(certificate),
    names: certificate && namesIn(certificate),
    authority: signer,
    shown,
    fingerprint,
    problems: [
      ...(certificate
        ? leafProblems(certificate, place.names, signer)
        : [`${place.certificate} is not a certificate`]),
      ...(seen.isPair ? [] : ['its key is missing or belongs to another certificate']),
      ...(port && shown ? portProblems[shown](hostAndPort(port)) : []),
      ...(trusts(seen.authority, authority) ? [] : [`${place.authority} does not hold the cluster's CA`]),
    ],
  };
}

function howShown(fingerprint: string | undefined, shown: string | undefined): Shown {
  if (shown === undefined) return 'nothing';
  return fingerprint !== undefined && fingerprint === fingerprintOf(shown) ? 'yes' : 'other';
}

const portProblems: Readonly<Record<Shown, (address: string) => readonly string[]>> = {
  yes: () => [],
  other: (address) => [`${address} presents another certificate`],
  nothing: (address) => [`nothing answers with TLS on ${address}`],
};

function leafProblems(
  certificate: Certificate,
  names: readonly string[],
  signer: AuthorityKind | undefined,
): readonly string[] {
  const daysLeft = daysLeftOf(certificate);
  const missing = names.filter((name) => !covers(certificate, name));
  return [
    ...(daysLeft < 0 ? [`it ended ${-daysLeft} days ago`] : []),
    ...(daysLeft >= 0 && daysLeft < renewBeforeDays ? [`it ends in ${daysLeft} days`] : []),
    ...(signer === 'unknown' ? ['it is signed by an unknown CA'] : []),
    ...(missing.length > 0 ? [`it is not valid for ${missing.join(', ')}`] : []),
  ];
}

function signerOf(certificate: Certificate, authority: ClusterAuthority | undefined): AuthorityKind {
  if (authority === undefined) return 'unknown';
  const signer = authority.trusted.find((pem) => isSignedBy(certificate, pem));
  return signer === undefined ? 'unknown' : kindOf(authority, signer);
}

function kindOf({ certificate, rotation }: ClusterAuthority, pem: string): AuthorityKind {
  if (pem === certificate) return 'current';
  return rotation?.phase === 'issue' ? 'old' : 'next';
}

/** Whether a file holds exactly the CAs that are trusted now. */
const trusts = (found: string | undefined, authority: ClusterAuthority | undefined): boolean =>
  authority !== undefined &&
  found !== undefined &&
  certificatesOf(found).join('') === certificatesOf(bundleOf(authority)).join('');

function copyProblems(cluster: Cluster, authority: ClusterAuthority | undefined): readonly string[] {
  const file = shownPath(cluster.caCertificateFile);
  const here = readCaCertificate(cluster);
  if (authority === undefined)
    return [`${cluster.control.name} has no certificate authority of ${cluster.name}`];
  if (here === undefined) return [`${file} is not here`];
  return trusts(here, authority) ? [] : [`${file} does not hold the CA that ${cluster.control.name} has`];
}
