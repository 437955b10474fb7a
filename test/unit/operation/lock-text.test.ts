import { expect, test } from 'vitest';
import type { Holder } from '../../../src/operation/operation.ts';
import { lockText, releasedText } from '../../../src/operation/lock-text.ts';
import { widest } from '../../support/written.ts';

const holder: Holder = {
  ...{ id: 'x', title: 'add-replica pg2', command: `dbctl add-replica pg2 ${'x'.repeat(99)}` },
  ...{ by: 'alice@laptop', pid: 4711, version: '0.1.0', from: '10.0.0.5', seconds: 125.4 },
  step: undefined,
};

test('the status of the lock says who holds it', () => {
  const text = lockText('shop', { ...holder, step: 'Clone the primary on pg2' });
  expect(text).toMatchInlineSnapshot(`
    "held: an operation is changing shop
    who        alice@laptop
    from       10.0.0.5
    operation  add-replica pg2
    command    dbctl add-replica pg2 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
    doing      Clone the primary on pg2
    since      2 min ago
    process    4711 on laptop, dbctl 0.1.0
    "
  `);
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(lockText('shop', holder)).not.toContain('doing');
});

test('nobody, and one that says nothing of itself', () => {
  expect(lockText('shop', undefined)).toBe('free: no operation is changing shop\n');
  expect(lockText('shop', 'unknown')).toContain('has just started');
});

test('a release says whose lock it was', () => {
  expect(releasedText('shop', holder)).toBe(
    'released: add-replica pg2 by alice@laptop ends before its next change\n',
  );
  expect(releasedText('shop', undefined)).toContain('free');
  expect(releasedText('shop', 'unknown')).toContain('try again');
});
