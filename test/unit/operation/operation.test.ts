import { expect, test } from 'vitest';
import { describeHolder, holderRows, operationId, type Holder } from '../../../src/operation/operation.ts';

const holder: Holder = {
  ...{ id: 'x', title: 'add-replica pg2', command: 'dbctl add-replica pg2', by: 'alice@laptop', pid: 4711 },
  ...{ version: '0.1.0', from: '10.0.0.5', seconds: 125.4, step: 'Clone the primary on pg2' },
};

test('ids sort by time, and two of one second differ', () => {
  const now = new Date('2026-11-21T14:15:16.789Z');
  expect(operationId(now, 0)).toBe('20261121T141516Z-000000');
  expect(operationId(now, 0.5)).toBe('20261121T141516Z-800000');
  expect(operationId(now, 0) < operationId(new Date('2026-11-21T14:15:17Z'), 0)).toBe(true);
});

test('who has the lock is said in one line, and in full', () => {
  expect(describeHolder(holder)).toBe('alice@laptop: add-replica pg2, for 2 min');
  expect(describeHolder('unknown')).toContain('another operation');
  expect(holderRows(holder)).toEqual([
    ['who', 'alice@laptop'],
    ['from', '10.0.0.5'],
    ['operation', 'add-replica pg2'],
    ['command', 'dbctl add-replica pg2'],
    ['doing', 'Clone the primary on pg2'],
    ['since', '2 min ago'],
    ['process', '4711 on laptop, dbctl 0.1.0'],
  ]);
  expect(holderRows({ ...holder, step: undefined })).toContainEqual(['doing', '']);
});
