// What `dbctl doctor` sees, as plain data. operations/ gathers it; the files beside this one judge it.

import type { HostFacts } from '../server/host-facts-query.ts';
import type { Link } from '../system/network.ts';
import type { Node } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import type { LinkState } from '../system/try-links.ts';

/** A program that listens on a port. */
export interface Listener {
  readonly port: number;
  readonly command: string;
  readonly pid: number;
  /** "ssh.service"; undefined when it is in none. */
  readonly unit: string | undefined;
}

export interface PackageVersions {
  readonly installed: string | undefined;
  /** What apt would install; only asked for where it is not installed. */
  readonly candidate: string | undefined;
}

/** How long shells of the account that dbctl logs in as take to start. */
export interface Startup {
  readonly user: string;
  readonly shell: string;
  /** `sh -c :` */
  readonly plainMs: number;
  /** The account's own shell, as a login shell. */
  readonly loginMs: number;
  /** Each start-up file alone, without what a plain shell takes. */
  readonly files: readonly { readonly path: string; readonly ms: number }[];
}

/** Facts about a machine, whatever is on it. */
export interface SiteFacts {
  readonly os: string;
  readonly release: string;
  readonly hasSystemd: boolean;
  /** The host's clock minus ours. */
  readonly clockOffsetSeconds: number;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Programs that doctor itself needs and that are not there. */
  readonly missingPrograms: readonly string[];
  /** The file system that data, or backups, will be on. */
  readonly disk: { readonly path: string; readonly totalBytes: number; readonly freeBytes: number };
  /** What the primary's data takes; undefined when there is none, or when counting took too long. */
  readonly dataBytes: number | undefined;
  readonly listeners: readonly Listener[];
  readonly hasPackageLists: boolean;
  /** By package name. */
  readonly packages: Readonly<Record<string, PackageVersions>>;
  /** What sorts text: "2.41", "libicu76". */
  readonly glibc: string | undefined;
  readonly icu: string | undefined;
  readonly startup: Startup | undefined;
  /** vm.overcommit_memory */
  readonly overcommit: number;
  readonly hasHugePagesAlways: boolean;
}

/** What a short test of a file system says; undefined where there was no time to find out. */
export interface DiskSpeed {
  /** Bytes per second. */
  readonly write: number | undefined;
  readonly read: number | undefined;
  /** Seconds until 8 kB are safely on disk. */
  readonly sync: number | undefined;
}

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
}

/** What one machine answered. */
export interface SeenSite {
  readonly site: Site;
  readonly facts: SiteFacts;
  readonly nodes: readonly SeenNode[];
  readonly speed: DiskSpeed | undefined;
  readonly links: readonly SeenLink[];
}

/** A machine that could not be looked at, and why. */
export interface UnseenSite {
  readonly site: Site;
  /** Whether the way there is what fails. */
  readonly isUnreachable: boolean;
  readonly what: string;
  readonly why: string | undefined;
  readonly next: readonly string[];
}
