// What a member of etcd says on its own host, and what it is told there.

import * as v from 'valibot';
import type { Etcd } from '../model/etcd.ts';
import type { Cluster } from '../model/cluster.ts';
import { fieldsIn, parseJson } from '../model/answers.ts';
import { action, loneQuery, type Action, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { etcdFiles } from './etcd.ts';
import type { ListedMember } from './member-list.ts';

/** A member as its own host sees it. */
export interface MemberSight {
  readonly hasData: boolean;
  /** Whether it takes part in what more than half of the members agree on. */
  readonly isHealthy: boolean;
  /** Its own number; undefined when it does not answer. */
  readonly id: string | undefined;
  /** The number of the leader that it follows; undefined without one. */
  readonly leader: string | undefined;
  readonly version: string | undefined;
  readonly databaseBytes: number | undefined;
  /** What it complains of: "memberID:… alarm:NOSPACE". */
  readonly errors: readonly string[];
  /** What it says of all members; undefined when more than half of them do not agree on anything. */
  readonly list: readonly ListedMember[] | undefined;
}

/** Somebody may wait for another answer. */
export const memberSight = (cluster: Cluster, { clientPort }: Etcd): Query<MemberSight> => {
  const { directory, data } = etcdFiles(cluster);
  return {
    ...loneQuery(script('etcd/look.sh', directory, data, String(clientPort)), parseMemberSight, {
      timeoutMs: 30_000,
    }),
    isRepeated: true,
  };
};

const Status = v.tuple([
  v.looseObject({
    Status: v.looseObject({
      header: v.looseObject({ member_id: v.string() }),
      version: v.string(),
      dbSize: v.optional(v.number(), 0),
      leader: v.optional(v.string(), '0'),
      errors: v.optional(v.array(v.string()), []),
    }),
  }),
]);

const Members = v.looseObject({
  members: v.array(
    v.looseObject({
      ID: v.string(),
      name: v.optional(v.string(), ''),
      peerURLs: v.array(v.string()),
      clientURLs: v.optional(v.array(v.string()), []),
    }),
  ),
});

/** Numbers of members have 64 bits, which numbers of JavaScript do not hold. */
const parseNumbers = (json: string): unknown =>
  parseJson(json.replaceAll(/("(?:ID|member_id|leader)":)(\d+)/g, '$1"$2"'));

const hexadecimal = (decimal: string): string => BigInt(decimal).toString(16);

export function parseMemberSight(stdout: string): MemberSight {
  const { of } = fieldsIn(stdout);
  const status = v.safeParse(Status, parseNumbers(of('status')));
  const members = v.safeParse(Members, parseNumbers(of('members')));
  const said = status.success ? status.output[0].Status : undefined;
  return {
    hasData: of('data') === 'yes',
    isHealthy: of('health') === 'yes',
    id: said && hexadecimal(said.header.member_id),
    leader: said === undefined || said.leader === '0' ? undefined : hexadecimal(said.leader),
    version: said?.version,
    databaseBytes: said?.dbSize,
    errors: said?.errors ?? [],
    list: members.success
      ? members.output.members.map(({ ID, name, peerURLs, clientURLs }) => ({
          id: hexadecimal(ID),
          name,
          peerUrls: peerURLs,
          hasRun: clientURLs.length > 0,
        }))
      : undefined,
  };
}

const tell = (cluster: Cluster, { clientPort }: Etcd, ...words: readonly string[]): Action =>
  action(script('etcd/tell.sh', etcdFiles(cluster).directory, String(clientPort), ...words));

/** Etcd refuses what would leave too few members. */
export const removeMember = (cluster: Cluster, etcd: Etcd, id: string): Action =>
  tell(cluster, etcd, 'member', 'remove', id);

export const addMember = (cluster: Cluster, etcd: Etcd, name: string, peerUrl: string): Action =>
  tell(cluster, etcd, 'member', 'add', name, `--peer-urls=${peerUrl}`);
