import type { Etcd } from '../model/etcd.ts';
import { shownMachine, type Cluster } from '../model/cluster.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { EtcdSeen } from './judge-etcd.ts';
import { memberSight } from './member-query.ts';

/** Asks every member on its own host, all at once; one whose host is down hides no other. This is what `-o json` shows. */
export async function readEtcd(
  cluster: Cluster,
  etcd: Etcd,
  login: LoginOptions,
): Promise<readonly EtcdSeen[]> {
  const asked = await askMachines(cluster, etcd.members, login, (host) =>
    host.ask(memberSight(cluster, etcd)),
  );
  return asked.map(({ machine, answer, problem }) => ({
    ...shownMachine(machine),
    isHealthy: answer?.isHealthy ?? false,
    isLeader: answer?.id !== undefined && answer.id === answer.leader,
    version: answer?.version ?? null,
    databaseBytes: answer?.databaseBytes ?? null,
    complaints: answer?.errors ?? [],
    problem: problem ?? null,
  }));
}
