import { Chalk } from 'chalk';
import { problemsOf, worstOf, type Finding } from '../model/finding.ts';
import { printable } from '../host/printable.ts';
import { formatBytes, formatSeconds } from '../model/units.ts';
import { patroniSummary } from '../patroni/judge-patroni.ts';
import { etcdSummary } from '../etcd/judge-etcd.ts';
import { synchronousText } from './judge-synchronous.ts';
import { nameOfPlace } from '../server/layout.ts';
import type { ClusterStatus, NodeStatus } from './status-facts.ts';
import { problem as problemText, verdict } from '../ui/findings.ts';
import { screenWidth, shorten, tableText, utc, widestOf } from '../ui/text.ts';
import { backupWords } from '../backup/backup-runs.ts';
import type { Protection } from '../backup/protection.ts';

/** Two spaces between columns and whole names where they fit, one and shorter names where they do not. */
const layouts = [
  { gap: '  ', longestName: 40 },
  { gap: '  ', longestName: 12 },
  { gap: ' ', longestName: 8 },
] as const;

const head = ['NODE', 'HOST', 'ROLE', 'STATE', 'VERSION', 'TL', 'SINCE (UTC)', 'DISK FREE'];

export const clusterText = (
  { nodes, protection, etcd, patroni, synchronous }: ClusterStatus,
  now = Date.now() / 1000,
): string =>
  [
    statusText(nodes),
    row('PATRONI', patroni && patroniSummary(patroni)),
    row('ETCD', etcd && etcdSummary(etcd)),
    row('SYNCHRONOUS', synchronous && synchronousText(synchronous.wanted, synchronous)),
    protectionText(protection, now),
  ]
    .filter(Boolean)
    .join('\n');

const row = (title: string, text: string | undefined): string =>
  text === undefined ? '' : `${title.padEnd(13)}${printable(text)}`;

/** What is wrong and what to do about it, and the verdict last, where monitoring shows it. */
export function checkText(findings: readonly Finding[], colour: 0 | 1): string {
  const chalk = new Chalk({ level: colour });
  const problems = problemsOf(findings).map((one) => problemText(one, chalk));
  return ['', ...problems, verdict({ status: worstOf(findings), findings }, chalk), ''].join('\n');
}

/** One line a node, at most 80 columns wide, and below it why a node could not be seen. */
export function statusText(nodes: readonly NodeStatus[]): string {
  const grids = layouts.map((layout) => grid(nodes, layout));
  const fitting = grids.find((text) => widestOf(text.split('\n')) <= screenWidth);
  const problems = new Set(nodes.flatMap(({ problem }) => (problem ? [printable(problem)] : [])));
  const remarks = nodes.flatMap(({ node, remarks: all }) => all.map((one) => `${node}: ${one}`));
  const parted = nodes
    .filter(({ isParted }) => isParted)
    .map(({ node }) => `${node}: to give it the primary's data: dbctl reinit ${node}`);
  return [fitting ?? grids.at(-1), ...placeLines(nodes), ...problems, ...remarks, ...parted, ''].join('\n');
}

/** Disks besides that of the data: "pg1: pg_wal (/srv/wal) 668 MB free of 700 MB". */
const placeLines = (nodes: readonly NodeStatus[]): readonly string[] =>
  nodes.flatMap(({ node, places }) =>
    places.map(
      (place) =>
        `${node}: ${nameOfPlace(place)} ${formatBytes(place.disk.freeBytes)} free of ${formatBytes(place.disk.totalBytes)}`,
    ),
  );

function grid(nodes: readonly NodeStatus[], { gap, longestName }: (typeof layouts)[number]): string {
  const rows = nodes.map(({ node, host, state, server, diskFreeBytes, ...rest }) => [
    shorten(node, longestName),
    shorten(host, 15),
    roleOf({ server, ...rest }),
    stateOf({ server, state, ...rest }),
    server?.version ?? '',
    server ? String(server.timeline) : '',
    server ? utc(new Date(server.startedAt).toISOString()).slice(5, 16) : '',
    diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes),
  ]);
  return tableText(rows, { head, gap });
}

function stateOf({
  server,
  state,
  commitsWait,
  isParted,
}: Pick<NodeStatus, 'server' | 'state' | 'commitsWait' | 'isParted'>): string {
  if (isParted) return 'parted';
  if (server?.isInRecovery && server.isReceiving) return 'streaming';
  return commitsWait ? 'commits wait' : state;
}

/** The role it has; with a mark when it is not the one in .env.cluster. */
function roleOf({ server, expectedRole }: Pick<NodeStatus, 'server' | 'expectedRole'>): string {
  if (!server) return `(${expectedRole})`;
  const role = server.isInRecovery ? 'replica' : 'primary';
  return role === expectedRole ? role : `${role}!`;
}

/** A few lines of at most 80 columns. `now` is in seconds since 1970. */
export function protectionText(protection: Protection, now: number): string {
  const { message, lastBackup, lastDrill, problem, archiving, failedBackups } = protection;
  const unknown = problem === null ? 'none' : 'unknown';
  const rows: readonly (readonly [string, string])[] = [
    ['PROTECTION', archiving === 'off' ? `${message}: dbctl backup setup` : message],
    ...(archiving === 'not configured'
      ? []
      : ([
          ['LAST BACKUP', lastBackup ? describe(lastBackup, now) : unknown],
          ...failedBackups.map(
            ({ type, at }) =>
              ['', `${backupWords[type]} failed ${ago(at, now)}: dbctl backup check`] as const,
          ),
          ['RESTORABLE', range(protection) ?? unknown],
          [
            'LAST DRILL',
            lastDrill ? rehearsal(lastDrill, now) : lastBackup ? 'none: dbctl backup drill' : 'none',
          ],
        ] as const)),
  ];
  const lines = rows.map(([title, text]) => shorten(`${title.padEnd(13)}${text}`));
  return [...lines, ...(problem === null ? [] : [problem]), ''].join('\n');
}

const describe = ({ type, label, at }: NonNullable<Protection['lastBackup']>, now: number): string =>
  `${type} ${label}, ${ago(at, now)}`;

const ago = (at: string, now: number): string =>
  `${formatSeconds(Math.max(0, now - Date.parse(at) / 1000))} ago`;

const rehearsal = ({ node, result, at }: NonNullable<Protection['lastDrill']>, now: number): string =>
  `${result} on ${node}, ${ago(at, now)}`;

function range({ restorable, gap }: Protection): string | undefined {
  if (restorable === null) return undefined;
  const { from, to } = restorable;
  const stretch = to === null ? `from ${utc(from)} UTC` : `${utc(from)} to ${utc(to)} UTC`;
  return gap === null ? stretch : `${stretch}, and no later`;
}
