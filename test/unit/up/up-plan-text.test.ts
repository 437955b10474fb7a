import { expect, test } from 'vitest';
import type { PlanView } from '../../../src/engine/plan.ts';
import { upPlanText } from '../../../src/up/up-plan-text.ts';

const change = { step: 'x', id: 'x', lines: [], disrupts: false } as const;
const whole = (changes: PlanView['changes']): PlanView => ({ changes, unknown: [] });

test('a plan without changes says so', () => {
  expect(upPlanText({ changes: [], unknown: [] })).toBe(
    'Everything is as .env.cluster describes it: 0 changes to make\n',
  );
});

test('a plan is told host by host, and what will not answer for a while comes last', () => {
  const text = upPlanText(
    whole([
      { ...change, host: 'pg1', change: 'update /etc/a', lines: ['- work_mem = 1', '+ work_mem = 2'] },
      { ...change, host: 'pg2', change: 'restart PostgreSQL for max_connections', disrupts: true },
      { ...change, host: 'pg1', change: 'restart PostgreSQL for max_connections', disrupts: true },
    ]),
  );

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
  expect(upPlanText(whole([{ ...change, host: 'pg1', change: 'reload PostgreSQL' }]))).toBe(
    'pg1\n  reload PostgreSQL\n\n1 change to make on 1 host; nothing restarts\n',
  );
});

test('what is not known is named, and nothing says that everything is in place', () => {
  const unknown = [{ host: 'pg3', step: 'Log in', why: 'pg3 does not answer' }];

  expect(upPlanText({ changes: [], unknown })).toBe(
    'not known yet: pg3: pg3 does not answer (Log in)\n\nEverything else is as .env.cluster describes it: 0 changes to make\n',
  );
});
