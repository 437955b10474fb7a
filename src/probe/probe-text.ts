// Shows what probe saw: one table, then what is wrong and what to do, then one line with the verdict.

import { Chalk, type ChalkInstance } from 'chalk';
import { problemsOf } from '../model/finding.ts';
import type { LoginMark, NodeReport, ProbeReport } from './report.ts';
import { formatBytes, formatSeconds } from '../model/units.ts';
import { screenWidth, shorten, tableText, widestOf } from '../ui/text.ts';
import { colourOf, problem, verdict } from '../ui/findings.ts';

const columns = ['NODE', 'ROLE', 'STATE', 'LAG', 'TLS', 'ADMIN', 'WRITER', 'READER', 'REPL'];
const longestName = 12;

/** The whole answer, at most 80 columns wide. Level 0 has no colour. */
export function probeText(report: ProbeReport, colourLevel: 0 | 1): string {
  const chalk = new Chalk({ level: colourLevel });
  return [
    heading(report),
    '',
    table(report.nodes, chalk),
    ...legend(report.nodes, chalk),
    ...gatewayLines(report),
    ...problemsOf(report.findings).flatMap((one) => ['', problem(one, chalk)]),
    '',
    `PROTECTION  ${shorten(report.protection.message, screenWidth - 12)}`,
    verdict(report, chalk),
    '',
  ].join('\n');
}

function heading({ cluster, nodes }: ProbeReport): string {
  const seen = nodes.filter(({ version }) => version !== null);
  const each = (value: (node: NodeReport) => unknown) => [...new Set(seen.map(value))].join('/');
  const facts = `PostgreSQL ${each(({ version }) => version)}, timeline ${each(({ timeline }) => timeline)}`;
  return seen.length > 0 ? `cluster ${cluster}: ${facts}` : `cluster ${cluster}`;
}

/** "GATEWAY control  5000 pg1 (primary)  5001 pg2 (replica)" */
const gatewayLines = ({ gateways }: ProbeReport): readonly string[] =>
  [...new Set(gateways.map(({ host }) => host))].flatMap((name, index) => {
    const ports = gateways
      .filter(({ host }) => host === name)
      .map(({ port, node, role }) => `  ${port} ${node === null ? '-' : `${node} (${role})`}`);
    return [...(index === 0 ? [''] : []), shorten(`GATEWAY ${name}${ports.join('')}`, screenWidth)];
  });

/** What a mark means that looks like a fault and is none. */
const legend = (nodes: readonly NodeReport[], chalk: ChalkInstance): readonly string[] =>
  nodes.some(({ logins }) => logins.replication === 'refused from here')
    ? [chalk.dim('hba: pg_hba.conf refuses replication from this machine, as it should')]
    : [];

/** Two spaces between columns, or one where two would not fit. */
function table(nodes: readonly NodeReport[], chalk: ChalkInstance): string {
  const plain = grid(nodes, '  ', new Chalk({ level: 0 }));
  return grid(nodes, widestOf(plain.split('\n')) <= screenWidth ? '  ' : ' ', chalk);
}

const grid = (nodes: readonly NodeReport[], gap: string, chalk: ChalkInstance): string =>
  tableText(
    nodes.map((node) => row(node, chalk)),
    { head: columns.map((title) => chalk.bold(title)), gap },
  );

const row = (node: NodeReport, chalk: ChalkInstance): string[] => [
  colourOf(chalk, node.status)(shorten(node.name, longestName)),
  roleOf(node),
  node.state,
  lagOf(node),
  node.tls ? chalk.green('✓') : chalk.red('✗'),
  ...[node.logins.admin, node.logins.writer, node.logins.reader, node.logins.replication].map((mark) =>
    loginMark(mark, chalk),
  ),
];

/** A role that the file does not expect gets a "!". */
const roleOf = ({ role, expectedRole }: NodeReport): string =>
  role === null || role === expectedRole ? (role ?? '?') : `${role}!`;

function lagOf({ role, lagSeconds, lagBytes }: NodeReport): string {
  if (role !== 'replica') return '-';
  const bytes = lagBytes === null ? '?' : formatBytes(lagBytes);
  return `${lagSeconds === null ? '?' : formatSeconds(lagSeconds)} / ${bytes}`;
}

function loginMark(mark: LoginMark, chalk: ChalkInstance): string {
  if (mark === 'ok') return chalk.green('✓');
  if (mark === 'failed') return chalk.red('✗');
  return mark === 'refused from here' ? 'hba' : '?';
}
