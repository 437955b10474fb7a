// What a cluster needs of the network. Each area lists its own links and ports.

import type { Machine } from '../model/cluster.ts';
import type { Service } from './try-links.ts';

export interface Link {
  /** The site that connects. */
  readonly from: string;
  /** The site that answers; the host of a store that is not of the cluster. */
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly service: Service;
  /** "pg2 streams from pg1" */
  readonly why: string;
  /** Needed only when another node is the primary. */
  readonly isLater: boolean;
}

/** A port that a program of ours listens on. */
export interface OwnPort {
  readonly port: number;
  /** The unit that listens there once it is set up. */
  readonly unit: string;
  /** How it is changed in .env.cluster. */
  readonly setting: string;
}

/** Between two machines. */
export const ends = (from: Machine, to: Machine) => ({ from: from.name, to: to.name, host: to.host });
