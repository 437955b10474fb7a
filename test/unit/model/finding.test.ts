import { expect, test } from 'vitest';
import { finding, problemsOf, worstOf, type Status } from '../../../src/model/finding.ts';
import { pg1, pg2 } from '../../support/probe-facts.ts';

test.each<[string, Status[], Status]>([
  ['nothing asked, nothing wrong', [], 'ok'],
  ['a warning outweighs any number of good answers', ['ok', 'warning', 'ok'], 'warning'],
  ['what could not be seen outweighs a warning', ['warning', 'unknown'], 'unknown'],
  ['what is surely broken outweighs what could not be seen', ['unknown', 'critical', 'warning'], 'critical'],
])('%s', (_reason, statuses, worst) => {
  expect(worstOf(statuses.map((status) => ({ status })))).toBe(worst);
});

test('one problem of several nodes is told once, and the worst comes first', () => {
  const findings = [
    finding({ node: pg1, check: 'a' }, 'warning', 'is late'),
    finding({ check: 'b' }, 'ok', 'is fine'),
    finding({ node: pg1, check: 'c' }, 'critical', 'is wrong', ['mend it']),
    finding({ node: pg2, check: 'c' }, 'critical', 'is wrong', ['mend it']),
    finding({ check: 'd' }, 'critical', 'split brain'),
  ];

  expect(problemsOf(findings)).toEqual([
    { status: 'critical', nodes: ['pg1', 'pg2'], message: 'is wrong', next: ['mend it'] },
    { status: 'critical', nodes: [], message: 'split brain' },
    { status: 'warning', nodes: ['pg1'], message: 'is late' },
  ]);
});
