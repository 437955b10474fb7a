import { expect, test } from 'vitest';
import { parseMemberSight } from '../../../src/etcd/member-query.ts';

/** As etcd 3.5 says it; its numbers have 64 bits. */
const status =
  '[{"Endpoint":"127.0.0.1:2379","Status":{"header":{"cluster_id":10715638593307057233,"member_id":18302628885633695743,"revision":3,"raft_term":2},"version":"3.5.16","dbSize":28672,"leader":18302628885633695743,"raftIndex":20,"raftTerm":2,"raftAppliedIndex":20,"dbSizeInUse":16384}}]';
const members =
  '{"header":{"cluster_id":10715638593307057233,"member_id":3382779576464185822},"members":[{"ID":18302628885633695743,"name":"pg1","peerURLs":["https://10.0.0.11:2380"],"clientURLs":["https://10.0.0.11:2379"]},{"ID":3382779576464185822,"peerURLs":["https://10.0.0.12:2380"]}]}';

test('a member that is well says who leads and who the others are', () => {
  const sight = parseMemberSight(`data=yes\nstatus=${status}\nmembers=${members}\nhealth=yes\n`);

  expect(sight).toEqual({
    hasData: true,
    isHealthy: true,
    id: 'fdffffffffffffff',
    leader: 'fdffffffffffffff',
    version: '3.5.16',
    databaseBytes: 28672,
    errors: [],
    list: [
      { id: 'fdffffffffffffff', name: 'pg1', peerUrls: ['https://10.0.0.11:2380'], hasRun: true },
      { id: '2ef20c1a209819de', name: '', peerUrls: ['https://10.0.0.12:2380'], hasRun: false },
    ],
  });
});

test('a member without enough others says no more than itself', () => {
  const alone = status.replace(
    '"leader":18302628885633695743',
    '"leader":0,"errors":["etcdserver: no leader"]',
  );
  const sight = parseMemberSight(`data=yes\nstatus=${alone}\nmembers=\n`);

  expect(sight).toMatchObject({ isHealthy: false, leader: undefined, list: undefined });
  expect(sight.errors).toEqual(['etcdserver: no leader']);
});

test('a bare host has nothing', () => {
  expect(parseMemberSight('')).toMatchObject({ hasData: false, isHealthy: false, id: undefined, errors: [] });
});
