// What a lab is: plain data, kept in <root>/labs/<name>/lab.json, and the names derived from it.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Release } from './recipe.ts';

export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** The machine's end of the host's cable; setting it down is a cut link. At most 15 characters. */
  readonly veth: string;
  readonly netns: string;
}

export interface Lab {
  readonly name: string;
  readonly release: Release;
  /** Without PostgreSQL. */
  readonly bare: boolean;
  /** May reach what the machine reaches. */
  readonly online: boolean;
  /** A /24: "10.77.0.0/24". The machine itself is .1 in it. */
  readonly network: string;
  readonly bridge: string;
  readonly hosts: readonly LabHost[];
  /** Where .env.cluster and the SSH key were written. Absolute. */
  readonly directory: string;
  /** Image directories, uppermost first. Absolute. */
  readonly images: readonly string[];
  /** Saved disks that the hosts' own stand on, uppermost first: each a directory with one per host. Absolute. */
  readonly layers: readonly string[];
  /** Its network is in a namespace of its own, so that its addresses may be another lab's too. */
  readonly isolated: boolean;
  /** CLUSTER_NAME of the .env.cluster that was written for it: its own name, or that of the lab that was saved. */
  readonly cluster: string;
  /** net.ipv4.ip_forward before this lab went online, to be put back. */
  readonly forwardedBefore: boolean;
}

/** Interface names allow 15 characters, so the lab's name goes in as a hash: "dl3fa9c1" and "dl3fa9c1-2". */
export const bridgeOf = (lab: string): string =>
  `dl${createHash('sha256').update(lab).digest('hex').slice(0, 6)}`;

/** Dots cannot be in lab or host names, so two labs never derive the same name. */
export const netnsOf = (lab: string, host: string): string => `dbctl.${lab}.${host}`;

/** Where the machine's own end of the network is; undefined is the machine itself. No host can have this name. */
export const machineNetnsOf = ({ name, isolated }: Pick<Lab, 'name' | 'isolated'>): string | undefined =>
  isolated ? `dbctl.${name}` : undefined;

/** The nth address of a /24. */
export const addressIn = (network: string, nth: number): string => network.replace(/\.0\/24$/, `.${nth}`);

export const gatewayOf = (network: string): string => addressIn(network, 1);

/** Hosts get .10, .11, … in the order they were named. */
export const hostsOf = (lab: string, network: string, names: readonly string[]): readonly LabHost[] =>
  names.map((name, index) => ({
    name,
    address: addressIn(network, 10 + index),
    veth: `${bridgeOf(lab)}-${index}`,
    netns: netnsOf(lab, name),
  }));

/**
 * A fixed hardware address for each interface: the machine keeps a neighbour's address for a while, and a
 * host that came back with a new one would be silent until then.
 */
export const hardwareAddressOf = (name: string): string => {
  const bytes = createHash('sha256').update(name).digest('hex').slice(0, 10).match(/../g) ?? [];
  return ['02', ...bytes].join(':');
};

export const labsDirectory = (root: string): string => join(root, 'labs');
export const labDirectory = (root: string, lab: string): string => join(labsDirectory(root), lab);
export const hostDirectory = (root: string, lab: string, host: string): string =>
  join(labDirectory(root, lab), 'hosts', host);
/** What a host has changed of the layers below. */
export const upperOf = (root: string, lab: string, host: string): string =>
  join(hostDirectory(root, lab, host), 'upper');
/** The machine's own end of an isolated lab's network. */
export const machineVethOf = ({ bridge }: Pick<Lab, 'bridge'>): string => `${bridge}-m`;

/** Where the host's root is mounted, seen from the machine. */
export const rootOf = (root: string, lab: string, host: string): string =>
  join(hostDirectory(root, lab, host), 'merged');
