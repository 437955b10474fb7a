import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/model/errors.ts';
import { bridgeOf, hardwareAddressOf, hostsOf } from '../../../src/lab/lab.ts';
import { checkLabName, parseHosts } from '../../../src/lab/names.ts';

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
