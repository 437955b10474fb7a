// What `dbctl doctor` sees, as plain data. doctor-facts.ts gathers it; the files beside it judge it.

import type { DiskSpeed, SiteFacts } from './site-query.ts';
import type { HostFacts } from '../server/host-facts-query.ts';
import type { OwnAddresses } from '../server/own-addresses-query.ts';
import type { Link } from '../system/network.ts';
import type { Node } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import type { LinkState } from '../system/try-links.ts';
import type { DbctlError } from '../model/errors.ts';

/** The certificate that a port shows, and how it is judged for the name that was asked for. */
export interface ShownCertificate {
  readonly names: readonly string[];
  readonly daysLeft: number;
  readonly hasName: boolean;
  /** By the cluster's CA, or by those that the host trusts; undefined when there is nothing to judge by yet. */
  readonly isTrusted: boolean | undefined;
}

export interface SeenLink extends Link {
  readonly state: LinkState;
  /** undefined: no TLS there, or nobody looked. */
  readonly certificate: ShownCertificate | undefined;
}

export interface SeenNode {
  readonly node: Node;
  readonly facts: HostFacts;
  readonly startsAtBoot: boolean;
  readonly addresses: OwnAddresses;
  /** Why its server would not start with the settings of the file; of one that has data. */
  readonly startProblems: readonly string[];
}

/** What one machine answered. */
export interface SeenSite {
  readonly site: Site;
  readonly facts: SiteFacts;
  readonly nodes: readonly SeenNode[];
  /** Files that say what our stanza is, and are not ours. */
  readonly otherConfigs: readonly string[];
  readonly speed: DiskSpeed | undefined;
  readonly links: readonly SeenLink[];
}

/** A machine that could not be looked at, and why. */
export interface UnseenSite {
  readonly site: Site;
  readonly error: DbctlError;
}
