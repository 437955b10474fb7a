// Until a candidate leads: in place of a primary that gives way, or of one that is gone.

import { onMachines } from '../engine/on-machines.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import { change, type Step } from '../engine/step.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { checkpoint } from '../postgres/wal.ts';
import { ensureFollowing } from '../replication/follow-primary-step.ts';
import { verifyReplicationLogin } from '../server/verify-replication-login-step.ts';
import { handOver } from './hand-over-step.ts';
import { handOverByPatroni, takeOverByPatroni } from './patroni-hand-over-step.ts';
import { nodeFiles, type LeadOptions } from './switchover-plan.ts';
import { noteSwitchover } from './switchover-note-step.ts';
import { standDown, takeOver } from './take-over-step.ts';

interface Preparing extends Pick<LeadOptions, 'cluster' | 'hosts' | 'nodes'> {
  /** The node that gives way, or is dead. */
  readonly from: Node;
  readonly isDead?: boolean;
}

/** Everybody can log in on the candidate, and the next run knows what this one is about to do. */
const prepareStages = ({ cluster, hosts, nodes, from, isDead }: Preparing): readonly Stage[] => [
  onMachines('Let the nodes follow the new primary', nodes, hosts, (node) => nodeFiles(cluster, node)),
  onMachines(
    'Verify the replication logins',
    nodes.filter(({ name }) => name !== cluster.primary.name),
    hosts,
    (node) => [verifyReplicationLogin(cluster, node)],
  ),
  onlyOn('Remember who takes over', hosts.get(cluster.control.name), () => [
    noteSwitchover(cluster, { from: from.name, to: cluster.primary.name, ...(isDead && { isDead }) }),
  ]),
];

/** Until the candidate leads, while the primary runs. */
export function handOverStages(
  options: Preparing & { readonly onSilence: (seconds: number) => void },
): readonly Stage[] {
  const { cluster, hosts, nodes, from, onSilence } = options;
  const { primary: to } = cluster;
  const both = nodes.filter(({ name }) => name === from.name || name === to.name);
  return [
    ...prepareStages(options),
    // It takes effect only when it starts as a replica.
    ...(cluster.patroni
      ? []
      : [onlyOn(`Prepare ${from.name}`, hosts.get(from.name), () => [ensureFollowing(cluster, from)])]),
    onMachines('Write every changed page', both, hosts, (node) => [writePages(cluster, node)]),
    onlyOn(`Hand over to ${to.name}`, hosts.get(to.name), () => [
      cluster.patroni ? handOverByPatroni(cluster, from) : handOver({ cluster, from, hosts, onSilence }),
    ]),
  ];
}

/** Until the candidate leads, when the primary is gone. `hasData`: its host answers, and has its data. */
export function takeOverStages(options: Preparing & { readonly hasData: boolean }): readonly Stage[] {
  const { cluster, hosts, from, hasData } = options;
  const { primary: to } = cluster;
  return [
    ...prepareStages({ ...options, isDead: true }),
    // Patroni starts whoever led as a replica.
    ...(hasData && !cluster.patroni
      ? [
          onlyOn(`Keep ${from.name} from leading`, hosts.get(from.name), () => [
            standDown(cluster, from, hosts),
          ]),
        ]
      : []),
    onlyOn(`Let ${to.name} take over`, hosts.get(to.name), () => [
      cluster.patroni ? takeOverByPatroni(cluster, from) : takeOver(cluster, from),
    ]),
  ];
}

/** So that the stop is short, and the end of recovery. A server that an earlier run has stopped has done so. */
function writePages(cluster: LedCluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  return {
    title: 'Make a checkpoint',
    diff: async (host) =>
      (await host.ask(acceptsConnections(instance)))
        ? [change('postgres.checkpoint', 'make a checkpoint')]
        : [],
    apply: (host) => host.run(checkpoint(instance)),
    verify: () => Promise.resolve([]),
  };
}
