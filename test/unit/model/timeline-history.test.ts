import { expect, test } from 'vitest';
import {
  historyFileOf,
  isSameTimeline,
  lineageAt,
  parseHistory,
} from '../../../src/model/timeline-history.ts';

const history =
  '1\t0/5000110\tbefore 2026-11-21 10:00:00+00\n\n# a comment\n2\t0/9000028\tno recovery target\n';

test('a history file lists where earlier timelines end', () => {
  expect(parseHistory(history)).toEqual([
    { timeline: 1, endLsn: '0/5000110' },
    { timeline: 2, endLsn: '0/9000028' },
  ]);
  expect(parseHistory('')).toEqual([]);
});

test('its name is the timeline in hexadecimal', () => {
  expect(historyFileOf(26)).toBe('0000001A.history');
});

test('a timeline is known to those that grew from it, as it was when they did', () => {
  const third = { timeline: 3, ancestors: parseHistory(history) };

  expect(lineageAt(third, 3)).toBe(third);
  expect(lineageAt(third, 2)).toEqual({ timeline: 2, ancestors: [{ timeline: 1, endLsn: '0/5000110' }] });
  expect(lineageAt(third, 4)).toBeUndefined();
});

const second = (endLsn: string) => ({ timeline: 2, ancestors: [{ timeline: 1, endLsn }] });

test('two timelines of one number are the same when they began in the same place', () => {
  expect(isSameTimeline(second('0/5000110'), second('0/05000110'))).toBe(true);
  expect(isSameTimeline(second('0/5000110'), second('0/6000110'))).toBe(false);
  expect(isSameTimeline(second('0/5000110'), { timeline: 2, ancestors: [] })).toBe(true);
  expect(isSameTimeline(second('0/5000110'), { ...second('0/5000110'), timeline: 3 })).toBe(false);
});
