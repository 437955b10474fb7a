import { expect, test } from 'vitest';
import { upPlanText } from '../../../src/up/up-plan-text.ts';

const change = { step: 'x', lines: [], disrupts: false } as const;

test('a plan without changes says so', () => {
  expect(upPlanText([])).toBe('Everything is as .env.cluster describes it: 0 changes to make\n');
});

test('a plan is told host by host, and what will not answer for a while comes last', () => {
  const text = upPlanText([
    { ...change, host: 'pg1', change: 'update /etc/a', lines: ['- work_mem = 1', '+ work_mem = 2'] },
    { ...change, host: 'pg2', change: 'restart PostgreSQL for max_connections', disrupts: true },
    { ...change, host: 'pg1', change: 'restart PostgreSQL for max_connections', disrupts: true },
  ]);

  expect(text).toMatchInlineSnapshot(`
    "pg1
      update /etc/a
          - work_mem = 1
          + work_mem = 2
      restart PostgreSQL for max_connections

    pg2
      restart PostgreSQL for max_connections

    3 changes to make on 2 hosts; restarts (only with --restart): pg2, then pg1
    "
  `);
});

test('one change on one host, without a restart', () => {
  expect(upPlanText([{ ...change, host: 'pg1', change: 'reload PostgreSQL' }])).toBe(
    'pg1\n  reload PostgreSQL\n\n1 change to make on 1 host; nothing restarts\n',
  );
});
