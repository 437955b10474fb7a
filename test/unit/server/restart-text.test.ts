import { expect, test } from 'vitest';
import { otherPasswordsText } from '../../../src/server/roles-text.ts';
import { silenceText, waitingText } from '../../../src/server/restart-text.ts';

test('every node that was silent says for how long', () => {
  const silences = new Map([
    ['pg2', 0.84],
    ['pg1', 12],
  ]);

  expect(silenceText(silences)).toBe('pg2 did not answer for 0.8 s\npg1 did not answer for 12.0 s\n');
});

test('what a reload could not change is named, with what does', () => {
  const nodes = [
    { name: 'pg1', pendingRestart: ['max_connections', 'shared_buffers'] },
    { name: 'pg2', pendingRestart: [] },
  ];

  expect(waitingText(nodes)).toBe(
    'pg1 needs a restart for: max_connections, shared_buffers\nReplicas first, the primary last:  dbctl restart --pending\n',
  );
  expect(waitingText(nodes.slice(1))).toBe('');
});

test('roles with another password are named only when there are some', () => {
  expect(otherPasswordsText(['shop_app'])).toContain('the password of shop_app\n');
  expect(otherPasswordsText([])).toBe('');
});
