// A certificate of a cluster: where it is, who shows it, and who must read it anew. Each area lists its own.

import type { Machine } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import type { CredentialPlace } from './credential-step.ts';
import type { Port } from './seen-certificates-query.ts';

export interface ClusterCredential {
  /** "PostgreSQL", "pgBackRest client": there is one of each on a machine. */
  readonly what: string;
  readonly machine: Machine;
  readonly place: CredentialPlace;
  /** Where it is shown, as seen from its own host; undefined for a client's. */
  readonly port: Port | undefined;
  /** Who must read it anew; undefined for a client, which reads it whenever it connects. */
  readonly reader: Reader | undefined;
}

/** A server of PostgreSQL or a systemd unit that holds certificates in memory. */
export type Reader =
  | { readonly kind: 'postgres'; readonly instance: Instance }
  | {
      readonly kind: 'unit';
      readonly unit: string;
      /** Whether it judges clients by the file of trusted CAs. */
      readonly judges: boolean;
    };
