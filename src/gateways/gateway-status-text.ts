import { Chalk } from 'chalk';
import { problemsOf } from '../model/finding.ts';
import { entryKinds, type EntryKind } from '../model/gateways.ts';
import { formatSpan } from '../model/units.ts';
import { printable } from '../host/printable.ts';
import { problem, verdict } from '../ui/findings.ts';
import { shorten, tableText } from '../ui/text.ts';
import type { GatewayStatus } from './gateway-status-facts.ts';
import type { GatewaySeen } from './judge-gateways.ts';

const head = ['GATEWAY', 'NODE', 'PRIMARY', 'REPLICAS', 'ANY', 'SESSIONS', 'FOR'];

/** A row for each gateway and node, what is wrong, and the verdict; at most 80 columns wide. */
export function gatewayText({ gateways, findings, status }: GatewayStatus, colour: 0 | 1): string {
  const chalk = new Chalk({ level: colour });
  return [
    tableText(gateways.flatMap(rowsOf), { head, gap: '  ' }),
    ...problemsOf(findings).flatMap((one) => [
      '',
      problem({ ...one, message: printable(one.message) }, chalk),
    ]),
    '',
    verdict({ status, findings }, chalk),
    '',
  ].join('\n');
}

function rowsOf(seen: GatewaySeen): readonly string[][] {
  const name = shorten(seen.name, 16);
  const { servers } = seen;
  if (!servers) return [[name, '-', '', '', '', '', seen.problem ? 'host not reached' : 'no answer']];
  return [...new Set(servers.map(({ node }) => node))].map((node) => {
    const of = (entry: EntryKind) => servers.find((one) => one.entry === entry && one.node === node);
    const marks = entryKinds.map((entry) => (of(entry)?.isUp ? `yes (${seen.ports[entry]})` : 'no'));
    const own = servers.filter((one) => one.node === node);
    const sessions = own.reduce((sum, one) => sum + one.sessions, 0);
    const since = Math.min(...own.map(({ sinceSeconds }) => sinceSeconds));
    return [name, shorten(node, 16), ...marks, String(sessions), formatSpan(since)];
  });
}
