import { expect, test } from 'vitest';
import {
  clientNameOf,
  nodeConfigOf,
  nodeSpoolOf,
  pgbackrestFiles,
  queueLimitOf,
} from '../../../src/backup/pgbackrest.ts';
import { pg1, pg2, shop } from '../../support/shop.ts';

const placesOf = (cluster: typeof shop): string[] => [
  ...Object.values(pgbackrestFiles(cluster)),
  nodeConfigOf(cluster, pg1),
  nodeSpoolOf(cluster, pg1),
  clientNameOf(cluster, cluster.control),
];

test("clusters that share a host share no file, no unit, no queue, no repository and no client's name", () => {
  const other = { ...shop, name: 'books' };

  const both = placesOf(shop).filter((place) => placesOf(other).includes(place));

  expect(both).toEqual(['/var/log/pgbackrest']);
});

test('nodes that share a host have a configuration and a queue each', () => {
  expect([pg1, pg2].map((node) => nodeConfigOf(shop, node))).toEqual([
    '/etc/dbctl/shop/pg1/pgbackrest.conf',
    '/etc/dbctl/shop/pg2/pgbackrest.conf',
  ]);
  expect([pg1, pg2].map((node) => nodeSpoolOf(shop, node))).toEqual([
    '/var/spool/pgbackrest/shop-pg1',
    '/var/spool/pgbackrest/shop-pg2',
  ]);
});

test('no node can be called as the directory of all of them', () => {
  // Names of nodes begin with a letter or digit.
  expect(pgbackrestFiles(shop).directory).toBe('/etc/dbctl/shop/_pgbackrest');
});

test("pgBackRest's own limit is found in its configuration", () => {
  expect(queueLimitOf('[global]\narchive-push-queue-max=62GiB\n')).toBe(62 * 1024 ** 3);
  expect(queueLimitOf('[global]\n')).toBeUndefined();
});
