// What must be so before a replica is made, and how much room and which tablespaces it needs.

import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Tablespace } from '../server/layout.ts';
import { checkTablespaces, refusal, type TablespaceQuestion } from '../server/tablespace-step.ts';
import { roomForCopy } from '../server/needed-room.ts';
import type { Step } from '../engine/step.ts';
import { checkAddresses } from '../server/check-addresses-step.ts';
import { checkHost } from '../server/check-host-step.ts';
import { checkSameCluster } from './check-same-cluster-step.ts';
import { hasData } from '../server/host-check.ts';
import { hostFacts } from '../server/host-facts-query.ts';
import type { CloneMethods } from './clone-method-facts.ts';
import type { Source } from '../server/source-facts.ts';
import { ownerOf } from '../server/owner-facts.ts';

/** Room for what comes into the data directory itself. */
export const neededBytes = ({ databaseBytes, tablespaces }: Source): number =>
  roomForCopy(databaseBytes - tablespaces.reduce((sum, { bytes }) => sum + bytes, 0));

interface Checked {
  readonly source: Source;
  readonly control: ReadableHost;
  readonly replaces: boolean;
  readonly methods: CloneMethods;
}

/** What is seen on a host before anything is made there. */
export function replicaChecks(
  cluster: LedCluster,
  node: Node,
  { source, control, replaces, methods }: Checked,
): readonly Step[] {
  const instance = instanceOf(cluster, node);
  const owner = ownerOf(cluster, node);
  const tablespaces = tablespacesFor(node, source, methods);
  return [
    checkHost(
      { instance, owner, role: replaces ? 'replaced' : 'replica', neededBytes: neededBytes(source) },
      { cluster, node, control },
    ),
    checkAddresses(node),
    ...(tablespaces.length > 0 || source.fixed?.length
      ? [checkTablespaces((host) => tablespaceQuestion(host, instance, owner, { source, tablespaces }))]
      : []),
    ...(replaces ? [] : [checkSameCluster(instance, source.systemIdentifier)]),
  ];
}

/** Those of the primary, and of the backup that a replica is made from. */
export function tablespacesFor(
  { name }: Node,
  { tablespaces }: Source,
  methods: CloneMethods,
): readonly Pick<Tablespace, 'path' | 'bytes'>[] {
  const method = methods.get(name);
  const dropped = method?.from === 'backup' ? (method.backup.tablespaces ?? []) : [];
  return [
    ...tablespaces,
    ...dropped
      .filter(({ path }) => !tablespaces.some((one) => one.path === path))
      .map(({ path }) => ({ path, bytes: 0 })),
  ];
}

async function tablespaceQuestion(
  host: ReadableHost,
  instance: Instance,
  owner: string,
  { source, tablespaces }: { source: Source; tablespaces: readonly Pick<Tablespace, 'path' | 'bytes'>[] },
): Promise<TablespaceQuestion> {
  const facts = await host.ask(hostFacts(instance));
  const isMade = !hasData(facts);
  if (isMade) refuseUncopied(source);
  return {
    instance,
    isOwn: facts.owner === owner,
    tablespaces,
    data: isMade ? { layout: facts.layout, bytes: neededBytes(source) } : undefined,
  };
}

/** Throws RefusedError when the primary has what no copy can be made of. */
export function refuseUncopied({ host, fixed = [] }: Source): void {
  const uncopied = fixed.filter(({ forbids }) => forbids === 'copying');
  if (uncopied.length > 0) throw refusal(host, uncopied);
}
