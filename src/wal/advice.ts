// What to do about somebody who holds WAL: what helps most and loses nothing comes first.

import { counted } from '../model/units.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { streamingSlotOf } from '../model/slot.ts';
import type { SlotFacts, WalServerFacts, WalFacts } from './facts.ts';
import { isArchivingNowhere, isGivenUp, type WalHolder } from './holders.ts';
import { walLimitOf } from '../server/parameters.ts';

export interface WalAdvice {
  /** A fact, as a sentence. */
  readonly why: string;
  readonly next: readonly WalStep[];
}

export interface WalStep {
  /** "see why it stopped" */
  readonly text: string;
  /** To paste; missing when it is nothing that is typed. */
  readonly command?: string;
}

interface Place {
  readonly cluster: Cluster;
  readonly sights: readonly WalFacts[];
  /** The node whose disk it is. */
  readonly node: Node;
  readonly server: WalServerFacts;
  readonly fileSystemBytes: number;
}

/** Something to say about a holder that keeps ever more, or has most of what there is. */
export function adviceOn(holder: WalHolder, place: Place): WalAdvice {
  if (holder.kind === 'archiver') return archiverAdvice(place);
  if (holder.kind === 'slot') {
    const slot = place.server.slots.find(({ name }) => `slot ${name}` === holder.name);
    if (slot) return slotAdvice(slot, place);
  }
  return sizeAdvice(holder, place);
}

/** Slots that hold nothing any more, and replicas that cannot go on for that reason. */
export const lostSlotAdvice = ({ server, cluster }: Place): readonly WalAdvice[] =>
  server.slots
    .filter((slot) => isGivenUp(slot))
    .map((slot) => {
      const owner = ownerOf(slot, cluster);
      const reason = slot.invalidationReason === null ? '' : ` (${slot.invalidationReason})`;
      return {
        why: `Slot ${slot.name} was invalidated${reason}: it no longer holds WAL${owner ? `, and ${owner.name} may lack WAL` : ''}.`,
        next: owner ? [{ text: `clone ${owner.name} again`, command: `dbctl reinit ${owner.name}` }] : [],
      };
    });

/** When WAL goes nowhere although it is called archived. */
export const nowhereAdvice = ({ server, cluster }: Place): readonly WalAdvice[] =>
  isArchivingNowhere(server) && !server.isInRecovery
    ? [
        {
          why: `archive_command is ${server.archiver.command.trim()}: WAL is discarded, not archived.`,
          next: cluster.backup ? [{ text: 'send it to the repository', command: 'dbctl backup setup' }] : [],
        },
      ]
    : [];

const ownerOf = ({ name }: Pick<SlotFacts, 'name'>, cluster: Cluster): Node | undefined =>
  cluster.nodes.find((node) => streamingSlotOf(cluster, node) === name);

function slotAdvice(slot: SlotFacts, place: Place): WalAdvice {
  const owner = ownerOf(slot, place.cluster);
  if (slot.isTemporary) {
    return {
      why: `Slot ${slot.name} is temporary: a copy of the data is being made${slot.usedBy ? ` by ${slot.usedBy}` : ''}.`,
      next: [{ text: 'let it finish: the slot is dropped with it' }],
    };
  }
  if (owner === undefined || owner.name === place.node.name) return foreignSlotAdvice(slot, place);
  const { why, next } = replicaAdvice(owner, slot, place);
  return { why, next: [...next.slice(0, -1), ...limitAdvice(slot, place), ...next.slice(-1)] };
}

/** Its replica, by how it does; what cannot be taken back comes last. */
function replicaAdvice({ name }: Node, slot: SlotFacts, { sights }: Place): WalAdvice {
  const sight = sights.find(({ node }) => node === name);
  const forget = { text: 'if it is gone permanently', command: `dbctl remove-replica ${name}` };
  const logs = { text: 'read its log', command: `dbctl logs ${name}` };
  const start = { text: 'start it, and see it catch up', command: `dbctl add-replica ${name}` };
  const anew = { text: 'when its data is damaged', command: `dbctl reinit ${name}` };
  if (sight?.problem !== undefined) {
    const back = {
      text: `start the host of ${name} again: it catches up by itself`,
      command: 'dbctl status',
    };
    return { why: `${name} cannot be reached: ${sight.problem}.`, next: [back, forget] };
  }
  if (sight?.directory === undefined) return { why: `${name} is not set up.`, next: [start, forget] };
  if (sight.server === undefined) {
    return { why: `PostgreSQL does not run on ${name}.`, next: [logs, start, anew, forget] };
  }
  if (!sight.server.isInRecovery) {
    return { why: `${name} is no longer a replica: it accepts writes.`, next: [logs, anew] };
  }
  if (!slot.isActive) {
    return { why: `${name} runs, but does not use its slot.`, next: [logs, start, anew, forget] };
  }
  return {
    why: `${name} streams, but more slowly than WAL is written: its disk or the network is too slow.`,
    next: [{ text: 'see its lag', command: 'dbctl status' }, logs, forget],
  };
}

/** Somebody else's, or one that was left behind. */
function foreignSlotAdvice(slot: SlotFacts, { node, server }: Place): WalAdvice {
  const isOurs = slot.name.startsWith('dbctl_');
  const kind = slot.type === 'logical' ? `logical (${slot.plugin}, database ${slot.database})` : 'physical';
  const drop = `runuser -u postgres -- psql -p ${node.port} -c "select pg_drop_replication_slot('${slot.name}')"`;
  if (slot.isSynced && server.isInRecovery) {
    return { why: `Slot ${slot.name} is a copy of the one on the primary.`, next: [] };
  }
  if (isOurs) {
    return {
      why: `Slot ${slot.name} belongs to no other node of .env.cluster: it is left over.`,
      next: [{ text: `drop it, on ${node.name}`, command: drop }],
    };
  }
  return {
    why: `Slot ${slot.name} is ${kind}, and was not created by dbctl.`,
    next: [
      { text: slot.isActive ? 'find out why its client is slow' : 'start its client' },
      { text: `if it is not needed, drop it, on ${node.name}`, command: drop },
    ],
  };
}

/** A slot without a limit fills the disk; one that is near its limit may keep more for a while. */
function limitAdvice({ heldBytes }: SlotFacts, { server, fileSystemBytes }: Place): readonly WalStep[] {
  if (server.settings.slotLimitBytes !== null || heldBytes === null) return [];
  const limit = walLimitOf(fileSystemBytes);
  return [
    {
      text: `limit the WAL that slots may keep: POSTGRES_CONF_max_slot_wal_keep_size=${limit}, then`,
      command: 'dbctl up',
    },
  ];
}

function archiverAdvice({ cluster, node, server }: Place): WalAdvice {
  const { command, library, lastFailedWal, waitingFiles } = server.archiver;
  const logs = { text: 'read the output of archive_command', command: `dbctl logs ${node.name}` };
  const files = `${counted(waitingFiles, 'WAL file waits', 'WAL files wait')} to be archived`;
  if (command === '' && library === '') {
    return {
      why: `${files}, and archive_command is empty.`,
      next: cluster.backup ? [{ text: 'set it', command: 'dbctl backup setup' }] : [],
    };
  }
  const failed = lastFailedWal === null ? '' : `; the last that failed is ${lastFailedWal}`;
  if (!cluster.backup || !command.includes('pgbackrest')) return { why: `${files}${failed}.`, next: [logs] };
  return {
    why: `${files}${failed}.`,
    next: [
      { text: 'see which link is broken', command: 'dbctl backup check' },
      logs,
      { text: 'repair archiving', command: 'dbctl backup setup' },
    ],
  };
}

const settingsOf: Partial<Record<WalHolder['kind'], string>> = {
  wal_keep_size: 'POSTGRES_CONF_wal_keep_size',
  recycled: 'POSTGRES_CONF_max_wal_size',
  checkpoint: 'POSTGRES_CONF_max_wal_size',
};

/** Sizes that somebody chose. */
function sizeAdvice({ kind, name }: WalHolder, { node }: Place): WalAdvice {
  const checkpoint = `runuser -u postgres -- psql -p ${node.port} -c checkpoint`;
  if (kind === 'removable') {
    return {
      why: 'Most of the WAL is not needed.',
      next: [{ text: `remove it now, on ${node.name}`, command: checkpoint }],
    };
  }
  if (kind === 'summarizer') {
    return {
      why: 'The WAL summarizer has not read most of the WAL yet.',
      next: [{ text: 'read its log', command: `dbctl logs ${node.name}` }],
    };
  }
  const setting = settingsOf[kind];
  return {
    why: `Most of the WAL is kept for the ${name}.`,
    next: setting ? [{ text: `lower ${setting} in .env.cluster, then`, command: 'dbctl up' }] : [],
  };
}
