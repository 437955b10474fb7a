import { expect, test } from 'vitest';
import { bytesOfBuffers, memoryFindings } from '../../../src/doctor/settings.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { bare, sightOf } from './doctor-sight.ts';

test.each([
  ['128MB', 128 * 1024 ** 2],
  ['2 GB', 2 * 1024 ** 3],
  ['0.5GB', 1024 ** 3 / 2],
  ['1TB', 1024 ** 4],
  ['16384', 128 * 1024 ** 2],
  ['much', Number.NaN],
])('%s are %d bytes', (value, bytes) => {
  expect(bytesOfBuffers(value)).toBe(bytes);
});

test.each([
  ['900GB', 1, ['fail']],
  ['3GB', 1, ['warn']],
  ['1GB', 1, []],
  ['1GB', 3, ['warn']],
  ['much', 1, []],
])('shared_buffers of %s for %i servers on a host with 4 GB: %j', (value, servers, levels) => {
  const cluster = clusterOf({ POSTGRES_CONF_shared_buffers: value });
  const seen = sightOf({}, cluster).find(({ nodes }) => nodes.length > 0)!;
  const facts = { ...bare, memoryBytes: 4 * 1024 ** 3 };
  const nodes = Array.from({ length: servers }, () => seen.nodes[0]!);

  expect(memoryFindings(cluster, { ...seen, facts, nodes }).map(({ level }) => level)).toEqual(levels);
});
