import { expect, test } from 'vitest';
import { aptProgress } from '../../../src/lab/build-layer.ts';
import { imageName, layersOf } from '../../../src/lab/recipe.ts';

test('bare hosts stand on the same base image as all others', () => {
  const bare = layersOf('trixie', true);
  const full = layersOf('trixie', false);

  expect(imageName('trixie', bare)).toBe(imageName('trixie', full.slice(0, 1)));
  expect(full.length).toBe(2);
});

test('a changed recipe has another name, and so has every layer above it', () => {
  const [base, postgresql] = layersOf('trixie', false);
  const changed = { ...base!, packages: [...base!.packages, 'less'] };

  expect(imageName('trixie', [changed])).not.toBe(imageName('trixie', [base!]));
  expect(imageName('trixie', [changed, postgresql!])).not.toBe(imageName('trixie', [base!, postgresql!]));
});

test('each release gets the PostgreSQL it ships', () => {
  expect(layersOf('trixie', false).at(-1)?.packages).toContain('postgresql-17');
  expect(layersOf('bookworm', false).at(-1)?.packages).toContain('postgresql-15');
});

test('hosts with PostgreSQL have what backups need too', () => {
  const needed = ['pgbackrest', 'curl', 'nftables'];

  expect(layersOf('trixie', false).at(-1)?.packages).toEqual(expect.arrayContaining(needed));
  expect(layersOf('bookworm', false).at(-1)?.packages).toEqual(expect.arrayContaining(needed));
});

test('hosts with PostgreSQL have what availability needs, and none of it runs by itself', () => {
  const { packages, masked } = layersOf('trixie', false).at(-1)!;

  expect(packages).toEqual(expect.arrayContaining(['haproxy', 'etcd-server', 'etcd-client', 'patroni']));
  expect(masked).toEqual(expect.arrayContaining(['haproxy.service', 'etcd.service', 'patroni.service']));
});

test.each([
  ['dlstatus:1:16.7580:Retrieving file 1 of 31', '17 % Retrieving file 1 of 31'],
  ['pmstatus:libz3-4:40.1234:Installing libz3-4 (amd64)', '40 % Installing libz3-4 (amd64)'],
  ['pmstatus:libz3-4:amd64:40.1234:Installing libz3-4', '40 % Installing libz3-4'],
  ['Selecting previously unselected package libz3-4.', undefined],
])('apt says %j', (line, expected) => {
  expect(aptProgress(line)).toBe(expected);
});
