import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import { shownMachine, type Cluster } from '../model/cluster.ts';
import { worstOf } from '../model/finding.ts';
import type { Gateways } from '../model/gateways.ts';
import { judgeGateways, type GatewaySeen } from './judge-gateways.ts';
import { haproxyStatistics } from './statistics-query.ts';

/** Asks every gateway at once; one whose host is down hides no other. This is what `-o json` shows. */
export async function readGatewayStatus(cluster: Cluster, gateways: Gateways, login: LoginOptions) {
  const asked = await askMachines(cluster, gateways.machines, login, (host) =>
    host.ask(haproxyStatistics(gateways.statisticsPort)),
  );
  const seen = asked.map(({ machine, answer, problem }): GatewaySeen => ({
    ...shownMachine(machine),
    ports: gateways.ports,
    servers: answer ?? null,
    problem: problem ?? null,
  }));
  const findings = judgeGateways(seen, cluster.nodes);
  return { status: worstOf(findings), gateways: seen, findings };
}

export type GatewayStatus = Awaited<ReturnType<typeof readGatewayStatus>>;
