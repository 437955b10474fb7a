import { expect, test } from 'vitest';
import { plainLayout } from '../../../src/server/layout.ts';
import { startWarnings } from '../../../src/server/start-warnings.ts';
import { bareHost } from '../../support/host-facts.ts';
import { pg2, replica } from '../../support/shop.ts';

test('a tablespace that is not where it was is told while the server still runs', () => {
  const lost = { oid: '16401', path: '/srv/ts' };
  const facts = {
    ...bareHost,
    owner: 'shop/pg2',
    data: { state: 'cluster', version: 17 } as const,
    start: { hasStandbySignal: true, hasRecoverySignal: false, was: 'replica' } as const,
  };
  const warn = (layout: typeof plainLayout) =>
    startWarnings(
      { node: pg2, instance: replica, owner: 'shop/pg2', facts: { ...facts, layout }, remembered: undefined },
      'replica',
      true,
    );

  expect(warn(plainLayout)).toEqual([]);
  expect(warn({ ...plainLayout, hollow: [lost] })).toEqual([
    'the directory of a tablespace, /srv/ts, has nothing of PostgreSQL in it. See: dbctl plan',
  ]);
});
