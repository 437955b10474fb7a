// Makes the cluster's CA and the certificates it signs. Slow to import (about 0.2 s): import it when one is needed.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs the polyfill to be there
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Secret } from '../model/secret.ts';
import { isIpAddress } from '../model/address.ts';
import { backdateMs, type Authority, type Credential, type Purpose } from './inspect.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const days = 86_400_000;

/**
 * A private CA for one cluster: valid for ten years, able to sign leaf certificates only. One that follows another needs
 * an `epithet`: verifiers that look for an issuer by its name must not meet two.
 */
export async function createAuthority(clusterName: string, epithet?: string): Promise<Authority> {
  const keys = await generateKeys();
  const name = [clusterName, 'CA', ...(epithet === undefined ? [] : [epithet])].join(' ');
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }, { O: ['dbctl'] }],
    ...validFor(3650),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

/**
 * A certificate for a server with the given DNS names and IP addresses, or for a client of that name; the first name is
 * also its common name. Valid for 397 days, the longest that common verifiers accept for a leaf.
 */
export async function issueCertificate(
  authority: Authority,
  names: readonly [string, ...string[]],
  purpose: Purpose = 'server',
): Promise<Credential> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: purpose === 'nameless' ? [{ O: ['dbctl'] }] : [{ CN: [names[0]] }],
    issuer: issuer.subjectName,
    ...validFor(397),
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([...extendedKeyUsage[purpose]]),
      new x509.SubjectAlternativeNameExtension(names.flatMap(alternativeNames)),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

const extendedKeyUsage: Readonly<Record<Purpose, readonly string[]>> = {
  server: [x509.ExtendedKeyUsage.serverAuth],
  client: [x509.ExtendedKeyUsage.clientAuth],
  peer: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
  nameless: [x509.ExtendedKeyUsage.clientAuth],
};

/** An address stands there as a name too: pgBackRest before 2.53 compares names only (its release notes for 2.53). */
const alternativeNames = (name: string): readonly { type: 'ip' | 'dns'; value: string }[] => [
  ...(isIpAddress(name) ? [{ type: 'ip' as const, value: name }] : []),
  { type: 'dns', value: name },
];

function validFor(count: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - backdateMs), notAfter: new Date(now + count * days) };
}

/** 16 random bytes with the top bit clear: RFC 5280 asks for a positive number of at most 20 bytes. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trim()}\n`;

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function exportKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return new Secret(`${x509.PemConverter.encode(der, 'PRIVATE KEY').trim()}\n`);
}

const importKey = (key: Secret): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key.reveal()), algorithm, false, [
    'sign',
  ]);
