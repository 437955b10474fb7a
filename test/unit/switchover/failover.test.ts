import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import type { NodeSight } from '../../../src/model/topology.ts';
import {
  chooseSuccessor,
  goneFrom,
  keepAdvice,
  lossWith,
  type Ready,
} from '../../../src/switchover/failover.ts';
import type { Candidate } from '../../../src/switchover/obstacles.ts';
import { shop, standbyDefaults } from '../../support/shop.ts';

const ready = (name: string, facts: Partial<Ready['facts']> = {}): Ready => ({
  node: { name, port: 5432 },
  facts: {
    ...{ isInRecovery: true, timeline: 3, replayLsn: '1/A000000', receivedLsn: '1/A000000', isPaused: false },
    ...{
      delayMs: 0,
      synchronousNames: '',
      slots: [],
      limits: { ...standbyDefaults, max_replication_slots: 10 },
    },
    ...facts,
  },
});

const pg1 = { name: 'pg1' };

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedError) return [error.message, error.why, ...error.next].join('\n');
    throw error;
  }
  return 'nobody was refused';
};

test('the newest timeline leads, and then who has received the most, unless another one is named', () => {
  const more = ready('pg2', { receivedLsn: '1/B000000' });
  const newer = ready('pg3', { timeline: 4, receivedLsn: '1/9000000' });

  expect(chooseSuccessor([ready('pg3'), more], pg1, undefined).node.name).toBe('pg2');
  expect(chooseSuccessor([more, newer], pg1, undefined).node.name).toBe('pg3');
  expect(chooseSuccessor([more, ready('pg3')], pg1, 'pg3').node.name).toBe('pg3');
});

test.each<[string, Candidate]>([
  [
    'pg2 cannot be asked',
    { node: { name: 'pg2', port: 5432 }, facts: undefined, problem: 'cannot be asked' },
  ],
  ['replay is paused on pg2', ready('pg2', { isPaused: true })],
  ['pg2 is no replica', ready('pg2', { isInRecovery: false })],
  ['commits would wait for ever', ready('pg2', { synchronousNames: 'pg2' })],
])('refused: %s', (text, candidate) => {
  const said = refusal(() => chooseSuccessor([candidate], pg1, undefined));

  expect(said).toContain('no replica can take over from pg1');
  expect(said).toContain(text);
  expect(said).toContain('nothing was changed');
});

const [one, two, three] = shop.nodes;
const sight = (node: NodeSight['node'], state: NodeSight['state']): NodeSight => ({ node, state });
const nothing = { text: 'nothing', from: undefined, isCertain: true };
const known = { candidates: [], unseen: [], archivedUpTo: undefined };

test('of a primary that cannot be asked, what came after the candidate is lost, however much', () => {
  const gone = sight(one!, 'unreachable');

  expect(lossWith(ready('pg2'), { ...known, gone, read: undefined })).toMatchObject({
    text: expect.stringContaining('pg1 cannot be asked: what it wrote after 1/A000000'),
    from: '1/A000000',
    isCertain: false,
  });
});

test('of one that was read, nothing may be lost; but what others have may', () => {
  const gone = sight(one!, 'stopped');
  const to = ready('pg2');
  const ahead = ready('pg3', { receivedLsn: '1/A000100' });

  expect(lossWith(to, { ...known, gone, read: nothing }).from).toBeUndefined();
  expect(lossWith(to, { ...known, gone, read: nothing, candidates: [to, ahead] })).toMatchObject({
    text: expect.stringContaining('pg3 has 256 B (256 bytes) of WAL that pg2 has not, up to 1/A000100.'),
    from: '1/A000000',
    isCertain: true,
  });
  expect(lossWith(to, { ...known, gone, read: nothing, unseen: [three ?? two!] }).from).toBe('1/A000000');
  expect(lossWith(to, { ...known, gone, read: { ...nothing, from: '1/9' }, candidates: [ahead] }).from).toBe(
    '1/9',
  );
  expect(keepAdvice(one!, to, [to, ahead])[0]).toContain('dbctl failover --candidate pg3');
});

test('what the repository has more is said', () => {
  const gone = sight(one!, 'unreachable');
  const archivedUpTo = 0x1_0b00_0000n;

  expect(lossWith(ready('pg2'), { ...known, gone, read: undefined, archivedUpTo }).text).toContain(
    'The repository has WAL up to 1/B000000',
  );
});

const topology = (...nodes: readonly NodeSight[]) => ({
  leader: undefined,
  followers: [],
  nodes,
  observedAt: '',
});

test('the primary that is gone is the one that the file named last, or the only one out of sight', () => {
  const replica = (node: NodeSight['node']): NodeSight => ({
    ...sight(node, 'replica'),
    data: {
      ...{ timeline: 1, ancestors: [], isStandby: true, systemIdentifier: '1', lsn: null, since: null },
      ...{ upstream: null, isStreaming: false },
    },
  });

  expect(goneFrom(shop, topology(sight(one!, 'unreachable'), replica(two!)), undefined).name).toBe(one!.name);
  expect(
    goneFrom({ ...shop, configuredPrimary: two! }, topology(sight(one!, 'unreachable'), replica(two!)), 'pg1')
      .name,
  ).toBe(one!.name);
  expect(refusal(() => goneFrom(shop, topology(replica(one!), replica(two!)), undefined))).toContain(
    'nobody can be taken for the primary',
  );
});
