import { expect, test } from 'vitest';
import {
  parseStartFacts,
  roleOfState,
  wrongStart,
  type StartFacts,
  type StartRole,
} from '../../../src/postgres/start.ts';
import { primary } from '../../support/shop.ts';

const none: StartFacts = { hasStandbySignal: false, hasRecoverySignal: false, was: undefined };
const judge = (facts: Partial<StartFacts>, as: StartRole) =>
  wrongStart({ ...none, ...facts }, { instance: primary, name: 'pg1', as });

test.each<[string, Partial<StartFacts>, StartRole]>([
  ['a primary goes on as one', { was: 'primary' }, 'primary'],
  ['a control file that says nothing is no reason against a primary', {}, 'primary'],
  ['a replica goes on as one', { was: 'replica', hasStandbySignal: true }, 'replica'],
  ['a clone has the control file of its primary', { was: 'primary', hasStandbySignal: true }, 'replica'],
  [
    'standby.signal outweighs recovery.signal',
    { was: 'replica', hasStandbySignal: true, hasRecoverySignal: true },
    'replica',
  ],
])('%s', (_reason, facts, as) => {
  expect(judge(facts, as)).toBeUndefined();
});

test.each<[string, Partial<StartFacts>, StartRole, RegExp, RegExp]>([
  [
    'a stale standby.signal on a primary',
    { was: 'primary', hasStandbySignal: true },
    'primary',
    /standby\.signal is in .*nobody would lead/,
    /on pg1: rm \S+standby\.signal$/,
  ],
  [
    'a stale recovery.signal on a primary',
    { was: 'primary', hasRecoverySignal: true },
    'primary',
    /recovery\.signal is in/,
    /on pg1: rm \S+recovery\.signal$/,
  ],
  [
    'both of them',
    { was: 'primary', hasStandbySignal: true, hasRecoverySignal: true },
    'primary',
    /standby\.signal is in/,
    /rm \S+standby\.signal \S+recovery\.signal$/,
  ],
  [
    'a replica that is to be the primary',
    { was: 'replica', hasStandbySignal: true },
    'primary',
    /pg1 is a replica/,
    /CLUSTER_DB_PRIMARY_HOST/,
  ],
  [
    'a replica that lost its signal file',
    { was: 'replica' },
    'replica',
    /standby\.signal is missing.*second primary/,
    /on pg1: install .*standby\.signal$/,
  ],
  ['a former primary', { was: 'primary' }, 'replica', /holds a primary's data/, /dbctl reinit pg1/],
  ['data of which nothing is known', {}, 'replica', /holds a primary's data/, /dbctl reinit pg1/],
  [
    'a replica in a recovery that ends',
    { was: 'replica', hasRecoverySignal: true },
    'replica',
    /timeline of its own/,
    /rm \S+recovery\.signal$/,
  ],
  [
    'a replica whose signal file was removed to promote it',
    { was: 'replica' },
    'primary',
    /was a replica when it ended/,
    /install /,
  ],
])('%s is not started', (_reason, facts, as, what, next) => {
  const wrong = judge(facts, as);

  expect(wrong?.what).toMatch(what);
  expect(wrong?.next[0]).toMatch(next);
});

test.each([
  ['in production', 'primary'],
  ['shut down', 'primary'],
  ['in archive recovery', 'replica'],
  ['shut down in recovery', 'replica'],
  ['starting up', undefined],
  ['', undefined],
])('a control file that says "%s" is that of a %s', (state, role) => {
  expect(roleOfState(state)).toBe(role);
});

test('the lines of the script are understood', () => {
  expect(parseStartFacts('signals=standby recovery\nstate=shut down in recovery\n')).toEqual({
    hasStandbySignal: true,
    hasRecoverySignal: true,
    was: 'replica',
  });
  expect(parseStartFacts('signals=\n')).toEqual(none);
});
