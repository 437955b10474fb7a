import { expect, test } from 'vitest';
import type { Cluster } from '../../../src/model/cluster.ts';
import { connectText } from '../../../src/up/connect-text.ts';

test('the URI holds every node and awkward names, and no password', () => {
  const cluster = {
    nodes: [
      { name: 'pg1', host: 'fd00::1', port: 5432 },
      { name: 'pg2', host: 'db.example', port: 5433 },
    ],
    postgres: { database: 'shop & co', writer: { name: 'ünï@x' } },
    caCertificateFile: '/srv/a b/shop-ca.crt',
    file: '/srv/a b/.env.cluster',
  } as unknown as Cluster;

  const uri = /^ {2}(postgresql:.*)$/m.exec(connectText(cluster))![1]!;

  expect(uri).toBe(
    'postgresql://%C3%BCn%C3%AF%40x@[fd00::1]:5432,db.example:5433/shop%20%26%20co' +
      '?sslmode=verify-full&sslrootcert=/srv/a%20b/shop-ca.crt&target_session_attrs=read-write',
  );
});
