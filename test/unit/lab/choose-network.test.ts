import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';
import { chooseNetwork, overlap } from '../../../src/lab/choose-network.ts';

describe('choosing a network', () => {
  test.each([
    ['nothing is in the way', ['192.0.2.0/24'], '10.77.0.0/24'],
    ['another lab has the first', ['10.77.0.0/24'], '10.77.1.0/24'],
    ['a single address lies in the first', ['10.77.0.9'], '10.77.1.0/24'],
    ['a company network covers 10/8', ['10.0.0.0/8'], '172.29.0.0/24'],
    ['10/8 and 172.16/12 are both covered', ['10.0.0.0/8', '172.16.0.0/12'], '192.168.230.0/24'],
  ])('%s', (_, taken, expected) => {
    expect(chooseNetwork(undefined, taken)).toBe(expected);
  });

  test('a machine that uses every private network is told how to name one', () => {
    const all = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

    expect(() => chooseNetwork(undefined, all)).toThrow(ConfigError);
  });

  test('a free network that was asked for is taken', () => {
    expect(chooseNetwork('10.5.6.0/24', ['10.77.0.0/16'])).toBe('10.5.6.0/24');
  });

  test('a network that is in use is refused with what uses it', () => {
    expect(() => chooseNetwork('10.5.6.0/24', ['10.5.0.0/16'])).toThrow(
      expect.objectContaining({ why: 'it overlaps 10.5.0.0/16' }),
    );
  });

  test.each([
    '10.5.6.0/25',
    '10.5.6.1/24',
    '10.5.6.0',
    '10.300.6.0/24',
    'fd00::/64',
    '$(id)/24',
    '10.5.6.0/24\n',
  ])('%j is no network for a lab', (asked) => {
    expect(() => chooseNetwork(asked, [])).toThrow('cannot be the lab');
  });
});

test.each([
  ['10.0.0.0/8', '10.77.1.0/24', true],
  ['10.77.0.0/24', '10.77.1.0/24', false],
  ['0.0.0.0/0', '192.168.1.1', true],
  ['127.0.0.1', '127.0.0.1', true],
  ['fe80::/64', '10.0.0.0/8', false],
])('%s and %s overlap: %s', (one, other, expected) => {
  expect(overlap(one, other)).toBe(expected);
  expect(overlap(other, one)).toBe(expected);
});
