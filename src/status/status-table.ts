import Table from 'cli-table3';
import { formatBytes } from '../model/units.ts';
import type { NodeStatus } from './status.ts';
import { bareTable } from '../ui/bare-table.ts';
import { shorten } from '../ui/shorten.ts';

const width = 80;
/** Two spaces between columns and whole names where they fit, one and shorter names where they do not. */
const layouts = [
  { gap: '  ', longestName: 40 },
  { gap: '  ', longestName: 12 },
  { gap: ' ', longestName: 8 },
] as const;

/** One line a node, at most 80 columns wide, and below it why a node could not be seen. */
export function statusText(nodes: readonly NodeStatus[]): string {
  const grids = layouts.map((layout) => grid(nodes, layout));
  const fitting = grids.find((text) => text.split('\n').every((line) => line.length <= width));
  const problems = nodes.flatMap(({ problem }) => problem ?? []);
  return [fitting ?? grids.at(-1), ...problems, ''].join('\n');
}

function grid(nodes: readonly NodeStatus[], { gap, longestName }: (typeof layouts)[number]): string {
  const table = new Table({
    ...bareTable(gap),
    head: ['NODE', 'HOST', 'ROLE', 'STATE', 'VERSION', 'TL', 'SINCE (UTC)', 'DISK FREE'],
  });
  for (const { node, host, state, server, diskFreeBytes, ...rest } of nodes) {
    table.push([
      shorten(node, longestName),
      shorten(host, 15),
      roleOf({ server, ...rest }),
      server?.isInRecovery && server.isReceiving ? 'streaming' : state,
      server?.version ?? '',
      server ? String(server.timeline) : '',
      server ? new Date(server.startedAt).toISOString().slice(5, 16).replace('T', ' ') : '',
      diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes),
    ]);
  }
  return table.toString();
}

/** The role it has; with a mark when it is not the one in .env.cluster. */
function roleOf({ server, expectedRole }: Pick<NodeStatus, 'server' | 'expectedRole'>): string {
  if (!server) return `(${expectedRole})`;
  const role = server.isInRecovery ? 'replica' : 'primary';
  return role === expectedRole ? role : `${role}!`;
}
