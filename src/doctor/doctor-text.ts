// Shows what doctor saw: the hosts, who reaches whom, and what to put right, in order.

import { Chalk, type ChalkInstance } from 'chalk';
import type { DoctorFinding, Level } from './finding.ts';
import type { DiskSpeed } from './site-query.ts';
import { serverPackage, versionsOf } from './needs.ts';
import type { DoctorReport, DoctorRow, Verdict } from './report.ts';
import { counted, formatBytes } from '../model/units.ts';
import { printable } from '../host/printable.ts';
import { doctorMatrix } from './links-text.ts';
import { screenWidth, shorten, tableText, wrap } from '../ui/text.ts';

const longestName = 12;
const columns = [
  'HOST',
  'SYSTEM',
  'CPU',
  'MEMORY',
  'DISK FREE',
  'WRITE/s',
  'READ/s',
  'SYNC',
  'CLOCK',
  'STATE',
];

/** The whole answer, at most 80 columns wide but for commands to paste. Level 0 has no colour. */
export function doctorText(report: DoctorReport, colourLevel: 0 | 1): string {
  const chalk = new Chalk({ level: colourLevel });
  const { rows, links, findings } = report;
  return [
    heading(report),
    '',
    table(rows, chalk),
    ...(links.length > 0 ? ['', doctorMatrix(links, rows, chalk)] : []),
    ...section('To fix, in this order:', findings, 'fail', chalk),
    ...section('Works, but may cause trouble:', findings, 'warn', chalk),
    ...section('Good to know:', findings, 'note', chalk),
    '',
    verdict(report, chalk),
    ...(report.verdict === 'ok' || report.verdict === 'warn' ? [] : ['then check again: dbctl doctor']),
    '',
  ].join('\n');
}

/** What is the same everywhere. */
function heading({ cluster, rows }: DoctorReport): string {
  const seen = rows.flatMap((row) => row.seen ?? []);
  const versions = [
    ['PostgreSQL', each(versionsOf(seen, serverPackage(cluster)).values())],
    ['pgBackRest', cluster.backup ? each(versionsOf(seen, 'pgbackrest').values()) : ''],
    ['glibc', each(seen.flatMap(({ facts }) => facts.glibc ?? []))],
    ['ICU', each(seen.flatMap(({ facts }) => facts.icu?.replace('libicu', '') ?? []))],
  ];
  const known = versions.filter(([, version]) => version !== '').map((words) => words.join(' '));
  return shorten(printable(`cluster ${cluster.name}: ${known.join(', ')}`));
}

const each = (values: Iterable<string>): string => [...new Set(values)].join('/');

function table(rows: readonly DoctorRow[], chalk: ChalkInstance): string {
  const cells = rows.map(({ site, state, seen }) => {
    const { facts, speed } = seen ?? {};
    return [
      shorten(site.name, longestName),
      facts ? shorten(printable(`${facts.os} ${facts.release}`), 12) : '',
      facts ? String(facts.cores) : '',
      facts ? formatBytes(facts.memoryBytes) : '',
      facts ? `${formatBytes(facts.disk.freeBytes)} ${percent(facts.disk)}` : '',
      amount(speed?.write),
      amount(speed?.read),
      speed?.sync === undefined ? '' : milliseconds(speed.sync),
      facts ? milliseconds(facts.clockOffsetSeconds) : '',
      colourOf(chalk, state)(state === 'unreachable' ? 'no SSH' : state),
    ];
  });
  return tableText(cells, { head: columns.map((title) => chalk.bold(title)), gap: ' ' });
}

const percent = ({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): string =>
  `${Math.round((freeBytes / totalBytes) * 100)}%`;

const amount = (bytes: number | undefined): string => (bytes === undefined ? '' : formatBytes(bytes));

/** Two digits are enough, and hours are shown as such. */
function milliseconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 3600) return `${Math.round(seconds / 3600)} h`;
  if (size >= 10) return `${Math.round(seconds)} s`;
  if (size >= 1) return `${seconds.toFixed(1)} s`;
  return `${size < 0.01 && size > 0 ? (seconds * 1000).toFixed(1) : Math.round(seconds * 1000)} ms`;
}

function section(
  title: string,
  findings: readonly DoctorFinding[],
  level: Level,
  chalk: ChalkInstance,
): readonly string[] {
  const chosen = findings.filter((one) => one.level === level);
  if (chosen.length === 0) return [];
  return ['', chalk.bold(title), ...chosen.flatMap((one, index) => entry(one, `${index + 1}. `, chalk))];
}

function entry(
  { level, hosts, what, why, next }: DoctorFinding,
  label: string,
  chalk: ChalkInstance,
): string[] {
  const indent = ' '.repeat(label.length);
  const text = printable(hosts.length === 0 ? what : `${hosts.join(', ')}: ${what}`);
  const [first = '', ...rest] = wrap(text, screenWidth - label.length);
  const details = printable(why ?? '')
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => wrap(line, screenWidth - label.length));
  return [
    `${levelColour(chalk, level)(label)}${first}`,
    ...[...rest, ...details].map((line) => `${indent}${line}`),
    ...next.flatMap((advice) =>
      adviceLines(printable(advice), screenWidth - label.length - 2).map(
        (line, index) => `${indent}${index ? '  ' : `${chalk.cyan('→')} `}${line}`,
      ),
    ),
  ];
}

function verdict({ verdict: state, findings, rows, links }: DoctorReport, chalk: ChalkInstance): string {
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const seen = rows.filter((row) => row.seen !== undefined);
  const tried = links.filter((link) => link.state !== 'not tried');
  const hosts =
    seen.length < rows.length
      ? `${seen.length} of ${counted(rows.length, 'host')}`
      : counted(rows.length, 'host');
  const looked = `${hosts}${links.length > 0 ? ` and ${counted(tried.length, 'link')}` : ''} checked`;
  const found = [
    ...(count('fail') > 0 ? [`${count('fail')} to fix`] : []),
    ...(count('warn') > 0 ? [counted(count('warn'), 'warning')] : []),
  ];
  return `${colourOf(chalk, state)(state.toUpperCase())}: ${[looked, ...found].join(', ')}`;
}

/** A command that does not fit behind its explanation has a line of its own: then it can be pasted. */
function adviceLines(advice: string, columnsLeft: number): readonly string[] {
  const [, explanation, command] = /^([^:]*:) (\S.*)$/.exec(advice) ?? [];
  if (advice.length <= columnsLeft || !explanation || !command) return wrap(advice, columnsLeft);
  return [...wrap(explanation, columnsLeft), ...wrap(command, columnsLeft)];
}

const levelColour = (chalk: ChalkInstance, level: Level): ChalkInstance =>
  level === 'note' ? chalk.dim : colourOf(chalk, level);

function colourOf(chalk: ChalkInstance, state: Verdict): ChalkInstance {
  if (state === 'ok') return chalk.green;
  return state === 'warn' ? chalk.yellow : chalk.red;
}

/** For machines: every fact, every link, every finding. */
export const doctorJson = ({ verdict: state, rows, links, findings }: DoctorReport) => ({
  status: statusOf[state],
  hosts: rows.map(({ site, state: own, seen }) => ({
    name: site.name,
    address: site.host,
    nodes: site.nodes.map(({ name }) => name),
    isControl: site.isControl,
    /** "unknown" where it cannot be reached. */
    status: statusOf[own],
    ...(seen && { facts: seen.facts, speed: seen.speed && speedJson(seen.speed) }),
  })),
  links: links.map(({ host, ...link }) => ({ ...link, address: host })),
  findings: findings.map(({ level, what, ...finding }) => ({
    ...finding,
    status: statusOf[level],
    message: what,
  })),
});

/** Of the data's disk: writing, reading, and how long one write takes to be safe. */
const speedJson = ({ write, read, sync }: DiskSpeed) => ({
  writeBytesPerSecond: write,
  readBytesPerSecond: read,
  syncSeconds: sync,
});

/** In the words of the other checks. */
const statusOf = {
  ok: 'ok',
  note: 'ok',
  warn: 'warning',
  fail: 'critical',
  unreachable: 'unknown',
} as const;
