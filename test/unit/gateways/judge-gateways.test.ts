import { expect, test } from 'vitest';
import { judgeGateways, type GatewaySeen } from '../../../src/gateways/judge-gateways.ts';
import type { ServerSeen } from '../../../src/gateways/statistics-query.ts';
import type { EntryKind } from '../../../src/model/gateways.ts';

const nodes = [{ name: 'pg1' }, { name: 'pg2' }, { name: 'pg3' }];

/** A gateway that leads to these nodes, by port. */
function seen(name: string, up: Readonly<Record<EntryKind, readonly string[]>>): GatewaySeen {
  const servers = (['primary', 'replicas', 'any'] as const).flatMap((entry) =>
    nodes.map(({ name: node }): ServerSeen => {
      const isUp = up[entry].includes(node);
      return { entry, node, isUp, state: isUp ? 'UP' : 'DOWN', check: '', sessions: 0, sinceSeconds: 9 };
    }),
  );
  const ports = { primary: 5000, replicas: 5001, any: 5002 };
  return { name, address: '10.0.0.10', ports, servers, problem: null };
}

const whole = { primary: ['pg1'], replicas: ['pg2', 'pg3'], any: ['pg1', 'pg2', 'pg3'] };

const problems = (all: readonly GatewaySeen[]): readonly string[] =>
  judgeGateways(all, nodes)
    .filter(({ status }) => status !== 'ok')
    .map(({ status, message }) => `${status}: ${message}`);

test('two gateways that lead to the same nodes are well', () => {
  const findings = judgeGateways([seen('gw1', whole), seen('gw2', whole)], nodes);

  expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['ok']));
  expect(findings.map(({ message }) => message)).toContain('all gateways lead writers to the same node');
});

test.each([
  {
    reason: 'nobody takes writes',
    all: [seen('gw1', { ...whole, primary: [] })],
    said: 'critical: gw1 leads writers to nobody: no node says that it is the primary',
  },
  {
    reason: 'two nodes take writes',
    all: [seen('gw1', { ...whole, primary: ['pg1', 'pg2'] })],
    said: 'critical: gw1 refuses writers: pg1 and pg2 both say that they are the primary',
  },
  {
    reason: 'a node that answers nobody',
    all: [seen('gw1', { ...whole, replicas: ['pg2'], any: ['pg1', 'pg2'] })],
    said: 'warning: gw1 gets no answer from pg3',
  },
  {
    reason: 'a replica that lags',
    all: [seen('gw1', { ...whole, replicas: ['pg2'] })],
    said: 'warning: gw1 leads no readers to pg3: it does not stream, or is more than MAX_REPLICA_LAG behind',
  },
  {
    reason: 'gateways that see different leaders',
    all: [
      seen('gw1', whole),
      seen('gw2', { primary: ['pg2'], replicas: ['pg1', 'pg3'], any: ['pg1', 'pg2', 'pg3'] }),
    ],
    said: 'critical: gateways lead writers to different nodes: gw1 to pg1, gw2 to pg2',
  },
  {
    reason: 'HAProxy that does not run',
    all: [{ ...seen('gw1', whole), servers: null }],
    said: 'critical: HAProxy on gw1 does not answer',
  },
  {
    reason: 'a host that is down',
    all: [{ ...seen('gw1', whole), servers: null, problem: 'no answer' }],
    said: 'unknown: gateway gw1: no answer',
  },
])('$reason is told', ({ all, said }) => {
  expect(problems(all)).toEqual([said]);
});
