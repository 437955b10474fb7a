import { describe, expect, test } from 'vitest';
import { RefusedError, ConfigError } from '../../../src/model/errors.ts';
import {
  checkSame,
  readRequest,
  checkLabName,
  parseHosts,
  chooseNetwork,
  overlap,
} from '../../../src/lab/request.ts';
import { exampleLab } from './example-lab.ts';
import { bridgeOf, hardwareAddressOf, hostsOf } from '../../../src/lab/lab.ts';

describe('a lab that is already there', () => {
  test('is accepted when nothing else was said', () => {
    expect(() => checkSame(readRequest({ name: 'lab' }), exampleLab)).not.toThrow();
  });

  test('is accepted when the same was said', () => {
    const flags = {
      name: 'lab',
      hosts: 'control,pg1,pg2',
      network: '10.77.0.0/24',
      release: 'trixie',
      dir: '/srv/x',
    };

    expect(() => checkSame(readRequest(flags), exampleLab)).not.toThrow();
  });

  test.each([
    ['hosts', { hosts: 'pg1' }],
    ['order of hosts', { hosts: 'pg1,control,pg2' }],
    ['PostgreSQL', { bare: true }],
    ['release', { release: 'bookworm' }],
    ['network', { network: '10.77.1.0/24' }],
    ['way out', { online: true }],
    ['directory', { dir: '/elsewhere' }],
  ])('is refused when another %s was asked for', (_, flags) => {
    expect(() => checkSame(readRequest({ name: 'lab', ...flags }), exampleLab)).toThrow(RefusedError);
  });
});

test.each(['sid', 'jammy', '', 'toString'])('the release %j is refused', (release) => {
  expect(() => readRequest({ name: 'lab', release })).toThrow('no Debian release');
});

describe('names of labs', () => {
  test.each(['lab', 'a', 'lab-2', 'abcdefghijklmnop'])('%s is accepted', (name) => {
    expect(checkLabName(name)).toBe(name);
  });

  test.each(['', 'Lab', '2nd', '-lab', 'a b', '../etc', 'abcdefghijklmnopq', 'lab\n', '$(id)', 'a.b'])(
    '%j is refused',
    (name) => {
      expect(() => checkLabName(name)).toThrow(ConfigError);
    },
  );
});

describe('names of hosts', () => {
  test('a list keeps its order', () => {
    expect(parseHosts('control, pg2,pg1')).toEqual(['control', 'pg2', 'pg1']);
  });

  test.each([
    '',
    'pg1,',
    'pg1,pg1',
    'PG1',
    'pg1;pg2',
    'localhost',
    'local',
    '-oProxyCommand=x',
    'a'.repeat(32),
  ])('%j is refused', (text) => {
    expect(() => parseHosts(text)).toThrow(ConfigError);
  });

  test('more hosts than a network can bear are refused', () => {
    const many = Array.from({ length: 51 }, (_, index) => `pg${index}`).join(',');

    expect(() => parseHosts(many)).toThrow('at most 50 hosts');
  });
});

describe('names derived from a lab', () => {
  test('interface names fit into the 15 characters of the kernel, with the longest names and most hosts', () => {
    const names = Array.from({ length: 50 }, (_, index) => `${'h'.repeat(28)}${index}`);

    const hosts = hostsOf('a'.repeat(16), '10.77.0.0/24', names);

    expect(Math.max(...hosts.map(({ veth }) => veth.length))).toBeLessThanOrEqual(15);
    expect(hosts.at(-1)?.address).toBe('10.77.0.59');
  });

  test('two labs never share a namespace, however their names are cut', () => {
    const [one] = hostsOf('a', '10.77.0.0/24', ['b-c']);
    const [other] = hostsOf('a-b', '10.77.1.0/24', ['c']);

    expect(one?.netns).not.toBe(other?.netns);
    expect(bridgeOf('a')).not.toBe(bridgeOf('a-b'));
  });

  test('a hardware address is local, unicast, and always the same', () => {
    expect(hardwareAddressOf('dbctl.lab.pg1')).toMatch(/^02(:[0-9a-f]{2}){5}$/);
    expect(hardwareAddressOf('dbctl.lab.pg1')).toBe(hardwareAddressOf('dbctl.lab.pg1'));
  });
});

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
