import { formatBytes } from '../model/units.ts';
import { protectionText } from './protection-text.ts';
import type { ClusterStatus, NodeStatus } from './status-facts.ts';
import { screenWidth, shorten, tableText, utc, widestOf } from '../ui/text.ts';

/** Two spaces between columns and whole names where they fit, one and shorter names where they do not. */
const layouts = [
  { gap: '  ', longestName: 40 },
  { gap: '  ', longestName: 12 },
  { gap: ' ', longestName: 8 },
] as const;

const head = ['NODE', 'HOST', 'ROLE', 'STATE', 'VERSION', 'TL', 'SINCE (UTC)', 'DISK FREE'];

export const clusterText = ({ nodes, protection }: ClusterStatus, now = Date.now() / 1000): string =>
  `${statusText(nodes)}\n${protectionText(protection, now)}`;

/** One line a node, at most 80 columns wide, and below it why a node could not be seen. */
export function statusText(nodes: readonly NodeStatus[]): string {
  const grids = layouts.map((layout) => grid(nodes, layout));
  const fitting = grids.find((text) => widestOf(text.split('\n')) <= screenWidth);
  const problems = nodes.flatMap(({ problem }) => problem ?? []);
  return [fitting ?? grids.at(-1), ...problems, ''].join('\n');
}

function grid(nodes: readonly NodeStatus[], { gap, longestName }: (typeof layouts)[number]): string {
  const rows = nodes.map(({ node, host, state, server, diskFreeBytes, ...rest }) => [
    shorten(node, longestName),
    shorten(host, 15),
    roleOf({ server, ...rest }),
    server?.isInRecovery && server.isReceiving ? 'streaming' : state,
    server?.version ?? '',
    server ? String(server.timeline) : '',
    server ? utc(new Date(server.startedAt).toISOString()).slice(5, 16) : '',
    diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes),
  ]);
  return tableText(rows, { head, gap });
}

/** The role it has; with a mark when it is not the one in .env.cluster. */
function roleOf({ server, expectedRole }: Pick<NodeStatus, 'server' | 'expectedRole'>): string {
  if (!server) return `(${expectedRole})`;
  const role = server.isInRecovery ? 'replica' : 'primary';
  return role === expectedRole ? role : `${role}!`;
}
