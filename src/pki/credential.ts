import type { Secret } from '../model/secret.ts';

/** A certificate and its private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: Secret;
}

/** The credential that signs a cluster's certificates. */
export type Authority = Credential;

/** What a certificate may be shown for (its extended key usage). */
export type Purpose = 'server' | 'client';

/** Milliseconds. Hosts whose clock is a little behind must accept a certificate made just now. */
export const backdateMs = 3_600_000;
