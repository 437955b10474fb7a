import { expect, test } from 'vitest';
import { rotationWork, type RotationPhase, type RotationRequest } from '../../../src/pki/rotation.ts';
import { RefusedError } from '../../../src/model/errors.ts';

const now = Date.parse('2026-11-21T10:00:00.900Z');
const earlier = '2026-11-20T10:00:00.000Z';
const later = '2026-11-21T10:00:00.000Z';
const foundIn = (phase: RotationPhase) => ({ phase, startedAt: earlier });

test.each<[RotationPhase | undefined, RotationRequest, string, string]>([
  [undefined, 'leaves', 'leaves', later],
  [undefined, 'authority', 'trust', later],
  [undefined, 'finish', 'nothing', later],
  ['leaves', 'leaves', 'leaves', earlier],
  ['leaves', 'finish', 'nothing', earlier],
  ['trust', 'leaves', 'trust', earlier],
  ['trust', 'authority', 'trust', earlier],
  ['overlap', 'leaves', 'renew', later],
  ['overlap', 'authority', 'nothing', later],
  ['overlap', 'finish', 'finish', later],
  ['renew', 'authority', 'renew', earlier],
  ['renew', 'leaves', 'renew', earlier],
  ['issue', 'leaves', 'finish', earlier],
  ['issue', 'authority', 'finish', earlier],
  ['drop', 'leaves', 'dropping', later],
  ['drop', 'finish', 'dropping', later],
])('in phase %s, asked for %s: %s, of what was made before %s', (phase, asked, kind, startedAt) => {
  expect(rotationWork(phase && foundIn(phase), asked, now)).toEqual({ kind, startedAt });
});

test('an old CA is not dropped before the new one is trusted everywhere', () => {
  expect(() => rotationWork(foundIn('trust'), 'finish', now)).toThrow(RefusedError);
});

test('a clock that is behind the start of the rotation would make certificates that count as old', () => {
  expect(() => rotationWork(foundIn('leaves'), 'leaves', Date.parse(earlier) - 1)).toThrow(
    'a rotation began at 2026-11-20T10:00:00.000Z, which is later than now',
  );
});
