// Whether a host has the addresses that .env.cluster has for its node. Facts in, problems out.

import { canonical } from '../model/address.ts';
import { hostsOf, type Node } from '../model/cluster.ts';
import type { OwnAddresses } from './own-addresses-query.ts';
import type { HostProblem } from './system-check.ts';

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/** Why PostgreSQL would listen on the loopback interface alone; undefined when others reach it. */
export function notOwnAddress(node: Node, { own, found }: OwnAddresses): HostProblem | undefined {
  const outside = own.filter((address) => !isLoopback(address) && !address.startsWith('fe80:'));
  const isHere = canonical(node.host) === 'localhost' || outside.length === 0;
  if (isHere || found.some((address) => outside.includes(address))) return undefined;
  const names = hostsOf(node).join(', ');
  const has = `it has ${outside.join(', ')}`;
  if (found.length === 0)
    return {
      what: `${names} means nothing on ${node.name} itself, so PostgreSQL would listen on its loopback interface alone; ${has}`,
      next: `add a line to /etc/hosts of ${node.name}: ${outside[0]} ${node.host}`,
    };
  if (found.every(isLoopback))
    return {
      what: `${names} means ${found.join(', ')} on ${node.name} itself, so PostgreSQL would listen on its loopback interface alone; ${has}`,
      next: `give the name the host's own address in /etc/hosts of ${node.name}, or write the address into .env.cluster, which needs no name`,
    };
  return {
    what: `${names} is no address of ${node.name}, so PostgreSQL would listen on its loopback interface alone; ${has}`,
    next: `write an address that it has; or, when ${node.host} leads to one of them (floating, elastic, translated), add: CLUSTER_NODE_ADDRESSES=${node.name}=${outside[0]}`,
  };
}

/** Why the primary would not let a replica in; undefined when it arrives with an address that the file knows. */
export function otherSource(
  node: Node,
  primary: Node,
  { found, source }: OwnAddresses,
): HostProblem | undefined {
  if (source === undefined || isLoopback(source) || found.includes(source)) return undefined;
  return {
    what: `${node.name} goes out to ${primary.name} with ${source}, and pg_hba.conf lets in ${hostsOf(node).join(', ')}`,
    next: `add it: CLUSTER_NODE_ADDRESSES=${node.name}=${source}`,
  };
}
