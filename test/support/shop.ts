// The cluster that the tests of steps set up, and how its steps are run.

import { runStep, type Outcome } from '../../src/engine/run-step.ts';
import type { Step } from '../../src/engine/step.ts';
import { instanceOf } from '../../src/model/instance.ts';
import type { Host } from '../../src/host/host.ts';
import { clusterOf } from './cluster-file.ts';

export const shop = clusterOf({
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
});
export const pg1 = shop.primary;
export const pg2 = shop.replicas[0]!;
export const primary = instanceOf(shop, pg1);
export const replica = instanceOf(shop, pg2);

/** Checks, applies and verifies a step. */
export const run = (step: Step, host: Host, notes: string[] = []): Promise<Outcome> =>
  runStep(step, host, { dryRun: false, report: (note) => notes.push(note) });

/** Only looks. */
export const plan = (step: Step, host: Host): Promise<Outcome> =>
  runStep(step, host, { dryRun: true, report: () => {} });
