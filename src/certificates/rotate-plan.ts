// New certificates while everything runs: facts, a decision, and the stages that follow from it.

import { machinesOf, type LedCluster, type Node } from '../model/cluster.ts';
import {
  rotationWork,
  type RotationPhase,
  type RotationRequest,
  type RotationWork,
} from '../pki/rotation.ts';
import { restartsOfEtcd } from '../etcd/etcd-plan.ts';
import { onlyOn, type Part, type Plan, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import { ConfigError } from '../model/errors.ts';
import { onMachines } from '../engine/on-machines.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { ChangeHosts } from '../operation/change-hosts.ts';
import { copyAuthority } from '../pki/certificate-authority.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import { ensureCredential, ensureTrust, noAuthority } from '../pki/credential-step.ts';
import { readAuthority, type ClusterAuthority } from '../pki/read-authority.ts';
import { makeNextAuthority, markRotation, removeOldAuthority, unmarkRotation } from './rotation-step.ts';
import { showCertificate } from './show-certificate-step.ts';
import { verifyReplicationLogin } from '../server/verify-replication-login-step.ts';
import { verifyStreaming } from '../server/verify-streaming-step.ts';
import { runningNodes, readCredentialFacts } from './certificate-facts.ts';

/** What a rotation works on: certificates that are there, and servers that run. */
interface RotationFacts {
  readonly work: RotationWork;
  readonly credentials: readonly ClusterCredential[];
  readonly running: readonly Node[];
}

export function rotateCertificates(cluster: LedCluster, flags: RotationFlags, changeHosts: ChangeHosts) {
  const asked = rotationRequest(flags);
  return changeHosts(cluster, machinesOf(cluster), async ({ hosts, carryOut }) => {
    const facts = await rotationFacts(cluster, hosts, asked);
    const result = await carryOut(rotationPlan({ cluster, hosts, facts }));
    return { asked, work: facts.work, result };
  });
}

interface RotationFlags {
  readonly ca: boolean;
  readonly finish: boolean;
}

function rotationRequest({ ca, finish }: RotationFlags): RotationRequest {
  if (ca) return finish ? 'finish' : 'authority';
  if (!finish) return 'leaves';
  throw new ConfigError({ what: '--finish goes with --ca', next: ['dbctl certs rotate --ca --finish'] });
}

/** Throws RefusedError when there is nothing to rotate yet, or not in this order. */
async function rotationFacts(
  cluster: LedCluster,
  hosts: HostSet,
  asked: RotationRequest,
): Promise<RotationFacts> {
  const [authority, credentials, running] = await Promise.all([
    readAuthority(cluster, hosts.get(cluster.control.name)),
    readCredentialFacts(cluster, hosts),
    runningNodes(cluster, hosts),
  ]);
  if (authority === undefined) throw noAuthority(cluster);
  return {
    work: rotationWork(authority.rotation, asked),
    // What was never set up gets its certificate when it is.
    credentials: credentials.filter(({ seen }) => seen.certificate !== undefined),
    running,
  };
}

/** The stages from where the rotation is to where it can stay. */
function rotationPlan(scene: Scene): Plan {
  const { cluster, hosts, facts } = scene;
  const { kind, startedAt } = facts.work;
  const control = hosts.get(cluster.control.name);
  const mark = (title: string, phase: RotationPhase, ...before: readonly Step[]): Stage =>
    onlyOn(title, control, () => [...before, markRotation(cluster, { phase, startedAt })]);
  const replace = () => replaceStages(scene);
  const drop = [
    () => trustStages('Trust only the new certificate authority', 1, scene),
    onlyOn('Remove the old certificate authority', control, () => [removeOldAuthority(cluster)]),
  ];
  const stages: Readonly<Record<RotationWork['kind'], Plan>> = {
    nothing: [],
    leaves: [
      mark('Begin the rotation', 'leaves'),
      replace,
      copyStage(scene),
      onlyOn('End the rotation', control, () => [unmarkRotation(cluster)]),
    ],
    trust: [
      mark('Create a new certificate authority', 'trust', makeNextAuthority(cluster, startedAt)),
      () => trustStages('Trust both certificate authorities', 2, scene),
      mark('Record that both are trusted', 'overlap'),
    ],
    renew: [mark('Begin the rotation', 'renew'), replace, mark('Record that both are trusted', 'overlap')],
    finish: [
      mark('Sign with the new certificate authority', 'issue'),
      replace,
      mark('Stop trusting the old certificate authority', 'drop'),
      ...drop,
    ],
    dropping: drop,
  };
  return stages[kind];
}

interface Scene {
  readonly cluster: LedCluster;
  readonly hosts: HostSet;
  readonly facts: RotationFacts;
}

/** Before anybody shows what only the new CA signed, everybody must trust it. */
async function trustStages(
  title: string,
  authorities: number,
  { cluster, hosts, facts }: Scene,
): Promise<readonly Part[]> {
  const source = await currentAuthority(cluster, hosts);
  return [
    onEach(title, hosts, facts.credentials, (credential) => [
      ensureTrust(cluster, credential.place, source, { authorities }),
      ...showing(credential),
    ]),
    ...restartsOfEtcd({ cluster, hosts }),
    copyStage({ cluster, hosts }, authorities),
  ];
}

async function replaceStages({ cluster, hosts, facts }: Scene): Promise<readonly Stage[]> {
  const { work, credentials, running } = facts;
  const since = Date.parse(work.startedAt);
  const source = await currentAuthority(cluster, hosts);
  const primary = hosts.get(cluster.primary.name);
  const replicas = running.filter(({ name }) => name !== cluster.primary.name);
  const isPrimaryRunning = running.some(({ name }) => name === cluster.primary.name);
  const verify = onMachines('Verify that the replicas stream', replicas, hosts, (node) => [
    verifyReplicationLogin(cluster, node),
    verifyStreaming(cluster, node, primary),
  ]);
  return [
    onEach('Replace the certificates', hosts, credentials, (credential) => [
      ensureCredential(cluster, credential.place, source, { since }),
      ...showing(credential),
    ]),
    ...(replicas.length > 0 && isPrimaryRunning ? [verify] : []),
  ];
}

/** As the marks before these stages left it: nothing changes it until they are done. */
async function currentAuthority(cluster: LedCluster, hosts: HostSet): Promise<ClusterAuthority> {
  const authority = await readAuthority(cluster, hosts.get(cluster.control.name));
  if (authority === undefined) throw noAuthority(cluster);
  return authority;
}

function copyStage({ cluster, hosts }: Omit<Scene, 'facts'>, authorities?: number): Stage {
  const control = hosts.get(cluster.control.name);
  return onlyOn("Copy the CA's certificate here", control, () => [
    copyAuthority(cluster, control, { authorities }),
  ]);
}

const showing = ({ reader, ...credential }: ClusterCredential): readonly Step[] =>
  reader === undefined ? [] : [showCertificate({ reader, ...credential })];

/** Steps for each certificate, on all hosts at once. */
function onEach(
  title: string,
  hosts: HostSet,
  credentials: readonly ClusterCredential[],
  steps: (credential: ClusterCredential) => readonly Step[],
): Stage {
  const machines = new Map(credentials.map(({ machine }) => [machine.name, machine]));
  return onMachines(title, [...machines.values()], hosts, ({ name }) =>
    credentials.filter(({ machine }) => machine.name === name).flatMap(steps),
  );
}
