import { expect, test } from 'vitest';
import { loadedFirewall, spaceAt } from '../../../src/system/store.ts';

const rule = (port: number) => ({
  rule: { expr: [{ match: { op: '==', right: port } }, { accept: null }] },
});

test('the loaded rules tell who is let in, and to which port', () => {
  const nftables = [
    { metainfo: { version: '1.1.3' } },
    { set: { name: 'allowed4', elem: ['10.0.0.12', '10.0.0.11'] } },
    { set: { name: 'allowed6' } },
    rule(9000),
    rule(9000),
  ];
  expect(loadedFirewall('t').parse(JSON.stringify({ nftables }))).toEqual({
    allowed: ['10.0.0.11', '10.0.0.12'],
    ports: [9000, 9000],
  });
});

test('nftables without a table are no firewall', () => {
  expect(loadedFirewall('t').parse('{}\n')).toBeUndefined();
});

test('the room of a file system is counted in bytes', () => {
  const df = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000 300 700 30% /\n';
  expect(spaceAt('/var').parse(df)).toEqual({ totalBytes: 1_024_000, freeBytes: 716_800 });
});
