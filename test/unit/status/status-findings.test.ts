import { expect, test } from 'vitest';
import { noBackups, type Protection } from '../../../src/backup/protection.ts';
import { worstOf } from '../../../src/model/finding.ts';
import type { ServerStatus } from '../../../src/postgres/server-status.ts';
import type { ClusterStatus, NodeStatus } from '../../../src/status/status-facts.ts';
import { statusFindings } from '../../../src/status/status-findings.ts';
import { pg1, pg2, shop } from '../../support/shop.ts';

const server: ServerStatus = {
  version: '17.12',
  isInRecovery: false,
  timeline: 1,
  startedAt: '2026-11-21T12:00:00Z',
  isReceiving: false,
  databaseBytes: 1,
};
const seen: Omit<NodeStatus, 'node' | 'expectedRole'> = {
  host: '10.0.0.11',
  port: 5432,
  state: 'running',
  server,
  places: [],
  remarks: [],
  commitsWait: false,
  isParted: false,
};
const first: NodeStatus = { ...seen, node: 'pg1', expectedRole: 'primary' };
const second: NodeStatus = {
  ...seen,
  node: 'pg2',
  expectedRole: 'replica',
  server: { ...server, isInRecovery: true, isReceiving: true },
};
const kept: Protection = {
  ...noBackups,
  archiving: 'alive',
  message: 'WAL archived 12 s ago',
  lastBackup: { label: '20261121-020000F', type: 'full', at: '2026-11-21T02:00:00Z' },
};
const leads = (...nodes: readonly (typeof pg1)[]): ClusterStatus['leaders'] =>
  nodes.map((node) => ({ node, state: 'primary' }));
const whole: ClusterStatus = { leaders: leads(pg1), nodes: [first, second], protection: kept };
const gap = { fromLsn: '0/5000000', toLsn: '0/6000000', missingFiles: 1 };
const failed = { type: 'diff', at: '2026-11-21T11:50:00Z', why: 'no space left' } as const;

test.each<[string, Partial<ClusterStatus>, string, string | undefined]>([
  ['a cluster that is whole', {}, 'ok', undefined],
  ['two primaries', { leaders: leads(pg1, pg2) }, 'critical', 'pg1 and pg2 both take writes'],
  ['no primary', { leaders: [] }, 'critical', 'no node that was seen takes writes'],
  [
    'a primary that alone has what the file wants on two nodes',
    { synchronous: { wanted: 'on', names: '', commit: 'on', confirming: [] } },
    'warning',
    'on the primary alone',
  ],
  [
    'a primary that alone has what the file wants on one node',
    { synchronous: { wanted: undefined, names: 'pg2', commit: 'on', confirming: ['pg2'] } },
    'ok',
    undefined,
  ],
  [
    'a primary that cannot be reached',
    {
      leaders: [],
      nodes: [{ ...first, state: 'unreachable', server: undefined, problem: 'no answer' }, second],
    },
    'unknown',
    'no answer',
  ],
  [
    'a server that is stopped',
    { nodes: [first, { ...second, state: 'stopped', server: undefined }] },
    'critical',
    'does not answer',
  ],
  [
    'a replica that does not stream',
    { nodes: [first, { ...second, server: { ...server, isInRecovery: true } }] },
    'critical',
    'does not stream',
  ],
  [
    'a replica of another timeline, whatever it streams',
    { nodes: [first, { ...second, isParted: true }] },
    'critical',
    'is on another timeline than the primary',
  ],
  [
    'a replica that leads',
    {
      leaders: leads(pg2),
      nodes: [
        { ...first, server: second.server! },
        { ...second, server },
      ],
    },
    'warning',
    'names another primary',
  ],
  [
    'what is not as the file says',
    { nodes: [first, { ...second, remarks: ['off at boot'] }] },
    'warning',
    'off at boot',
  ],
  ['no backups', { protection: noBackups }, 'warning', 'not protected'],
  [
    'no backup yet',
    { protection: { ...kept, lastBackup: null, message: 'not protected' } },
    'critical',
    'not protected',
  ],
  ['missing WAL', { protection: { ...kept, gap, message: 'WAL is missing' } }, 'critical', 'WAL is missing'],
  ['a failed backup', { protection: { ...kept, failedBackups: [failed] } }, 'warning', 'no space left'],
  [
    'a repository that does not answer',
    { protection: { ...kept, problem: 'refused' } },
    'unknown',
    'refused',
  ],
])('%s', (_reason, changes, status, said) => {
  const findings = statusFindings(shop, { ...whole, ...changes });

  expect(worstOf(findings)).toBe(status);
  const wrong = findings.filter((one) => one.status !== 'ok');
  expect(wrong.every(({ next = [], status: of }) => of === 'warning' || next.length > 0)).toBe(true);
  expect(wrong.map(({ message }) => message).join('\n')).toContain(said ?? '');
  expect(wrong.length > 0).toBe(said !== undefined);
});
