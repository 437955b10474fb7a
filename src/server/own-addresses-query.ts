import { hostsOf, type Node } from '../model/cluster.ts';
import { fieldsIn } from '../model/answers.ts';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';

/** Addresses as a host itself sees them. */
export interface OwnAddresses {
  /** Those of its network cards, and of the loopback interface; none when it cannot say. */
  readonly own: readonly string[];
  /** What the names and addresses mean there that .env.cluster has for the node. */
  readonly found: readonly string[];
  /** The one with which it goes out to the other host; undefined when there is no way, or none was asked about. */
  readonly source: string | undefined;
}

/** `peer` is a host that it connects to. */
export const ownAddresses = (node: Node, peer?: Pick<Node, 'host'>): Query<OwnAddresses> =>
  query(script('server/own-addresses.sh', peer?.host ?? '', ...hostsOf(node)), (stdout) => {
    const { all, of } = fieldsIn(stdout);
    return { own: all('own'), found: all('found'), source: of('source') || undefined };
  });
