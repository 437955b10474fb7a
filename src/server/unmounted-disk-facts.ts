import type { ReadableHost } from '../host/host.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { instanceOf } from '../model/instance.ts';
import { exists } from '../system/paths.ts';
import { rememberedData } from './data-note-step.ts';
import { hostFacts } from './host-facts-query.ts';
import type { Layout } from './layout.ts';
import { refuseUnmounted } from './lost-data.ts';
import { ownerOf } from './owner-facts.ts';

interface Place {
  readonly place: ReadableHost;
  readonly control: ReadableHost;
  /** Whether somebody said that the disk is gone for good. */
  readonly hasLostDisk: boolean;
}

/** Refuses a restore that would fill the disk below the one that the data was on. */
export async function refuseUnmountedDisk(
  cluster: Cluster,
  node: Node,
  { place, control, hasLostDisk }: Place,
): Promise<void> {
  const instance = instanceOf(cluster, node);
  const [facts, remembered] = await Promise.all([
    place.ask(hostFacts(instance)),
    rememberedData(cluster, node, control),
  ]);
  const sight = { node, instance, owner: ownerOf(cluster, node), facts, remembered };
  refuseUnmounted(sight, { hasLostDisk, command: 'dbctl backup restore … --in-place' });
  await refuseLeadingNowhere(node, place, facts.layout);
}

/** Refuses to go on while WAL, or a tablespace, has no directory: one that is made now may be on the disk below its own. */
export async function refuseLeadingNowhere(
  node: Node,
  place: ReadableHost,
  layout: Pick<Layout, 'places' | 'stale'> | undefined,
): Promise<void> {
  const wal = layout?.places.find(({ kind }) => kind === 'wal')?.path;
  const isThere = wal === undefined || (await place.ask(exists(wal)));
  const missing = [
    ...(isThere ? [] : [{ path: wal, what: 'pg_wal is a link to' }]),
    ...(layout?.stale ?? []).map(({ oid, path }) => ({ path, what: `the tablespace ${oid} is in` })),
  ];
  if (missing.length === 0) return;
  throw new RefusedError({
    what: `a directory that the data of ${node.name} leads to is not there: is its disk mounted?`,
    why: missing.map(({ path, what }) => `${what} ${path}, and that is not there.`).join('\n'),
    next: [
      `mount the disk, on ${node.host}, and run the same command again`,
      `if that disk is lost for good, make the directory on the one that is there, on ${node.host}: install -d -o postgres -g postgres -m 700 ${missing.map(({ path }) => path).join(' ')}`,
      'nothing was changed',
    ],
  });
}
