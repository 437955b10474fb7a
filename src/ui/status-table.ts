import Table from 'cli-table3';
import { formatBytes } from '../cluster/units.ts';
import type { NodeStatus } from '../operations/status.ts';
import { bareTable } from './bare-table.ts';

/** One line a node, at most 80 columns wide, and below it why a node could not be seen. */
export function statusText(nodes: readonly NodeStatus[]): string {
  const table = new Table({
    ...bareTable,
    head: ['NODE', 'HOST', 'ROLE', 'STATE', 'VERSION', 'TL', 'SINCE (UTC)', 'DISK FREE'],
  });
  for (const { node, host, state, server, diskFreeBytes, ...rest } of nodes) {
    table.push([
      node,
      host.length > 15 ? `${host.slice(0, 14)}…` : host,
      roleOf({ server, ...rest }),
      server?.isInRecovery && server.isReceiving ? 'streaming' : state,
      server?.version ?? '',
      server ? String(server.timeline) : '',
      server ? new Date(server.startedAt).toISOString().slice(5, 16).replace('T', ' ') : '',
      diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes),
    ]);
  }
  const problems = nodes.flatMap(({ problem }) => problem ?? []);
  return [table.toString(), ...problems, ''].join('\n');
}

/** The role it has; with a mark when it is not the one in .env.cluster. */
function roleOf({ server, expectedRole }: Pick<NodeStatus, 'server' | 'expectedRole'>): string {
  if (!server) return `(${expectedRole})`;
  const role = server.isInRecovery ? 'replica' : 'primary';
  return role === expectedRole ? role : `${role}!`;
}
