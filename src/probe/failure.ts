// Names the reason of a failed connection by Node's error codes and PostgreSQL's SQLSTATEs.

import { ValiError } from 'valibot';
import type { Failure, FailureKind } from './facts.ts';

/** Appendix A of the PostgreSQL manual. 28000 is also a role that may not log in: the place in the source tells. */
const bySqlState: Readonly<Record<string, FailureKind>> = {
  '28P01': 'auth',
  '28000': 'hba',
  '42501': 'permission',
  '3D000': 'no-database',
  '53300': 'too-many',
  '57P03': 'starting-up',
  '57P01': 'closed',
  '57P02': 'closed',
  '57014': 'timeout',
};

const byNodeCode: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
  CERT_HAS_EXPIRED: 'tls-date',
  CERT_NOT_YET_VALID: 'tls-date',
  // The names of OpenSSL's verification errors, as node:tls passes them on.
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-ca',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-ca',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-ca',
  CERT_SIGNATURE_FAILURE: 'tls-ca',
  INVALID_CA: 'tls-ca',
  INVALID_PURPOSE: 'tls-ca',
};

/** What the connection had seen when it failed. */
export interface Progress {
  /** The deadline passed. */
  readonly isLate: boolean;
  /** The server's first byte after our request for TLS: "S" yes, "N" no. */
  readonly tlsAnswer: string | undefined;
}

export function classify(error: unknown, { isLate, tlsAnswer }: Progress): Failure {
  const { code, message, routine } = describe(error);
  if (isLate) return { kind: 'timeout', code, detail: 'no answer before the deadline' };
  if (tlsAnswer === 'N') return { kind: 'no-tls', code, detail: 'the server does not offer TLS' };
  if (error instanceof ValiError) return { kind: 'other', detail: `an answer of unknown shape: ${message}` };
  if (code === '28000' && routine === 'InitializeSessionUserId')
    return { kind: 'no-login', code, detail: message };
  const kind = bySqlState[code ?? ''] ?? byNodeCode[code ?? ''] ?? (code ? 'other' : 'closed');
  return { kind, code, detail: message };
}

interface Described {
  readonly code: string | undefined;
  readonly message: string;
  /** The function of the server's source that made the error. */
  readonly routine?: string | undefined;
}

function describe(error: unknown): Described {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const routine = 'routine' in error && typeof error.routine === 'string' ? error.routine : undefined;
  return { code, message: error.message || (code ?? error.name), routine };
}
