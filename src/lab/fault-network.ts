// Faults of a host's network: made from outside, in its namespace and at the machine's end of its cable.

import { ConfigError } from '../model/errors.ts';
import type { WantedFault } from './faults.ts';
import type { LabHost } from './lab.ts';
import { dropOn, isLinkUp, removeRules, type Way } from './network.ts';
import { isInstalled } from './prerequisites.ts';
import { exitCodeOf, run } from './run.ts';

/** Answers whether it was plugged in. */
export async function pullCable(host: LabHost): Promise<boolean> {
  const wasUp = isLinkUp(host);
  await run(['ip', 'link', 'set', host.veth, 'down']);
  return wasUp;
}

/** "One way" is a rule in the host's own network: packets of sessions that are open are dropped too. */
export async function dropPackets(lab: string, host: LabHost, { what, ports }: WantedFault): Promise<void> {
  const ways: readonly Way[] =
    what === 'inbound' ? ['INPUT'] : what === 'outbound' ? ['OUTPUT'] : ['INPUT', 'OUTPUT'];
  const of = what === 'ports' ? ['-p', 'tcp', '-m', 'multiport', '--ports', ports] : [];
  for (const way of ways) await dropOn(lab, host, [way, ...of]);
}

/** Both ends of a cable, each of which limits what it sends. */
const endsOf = ({ veth, netns }: LabHost): readonly (readonly string[])[] => [
  ['tc', 'qdisc', 'replace', 'dev', veth, 'root'],
  ['nsenter', `--net=/run/netns/${netns}`, 'tc', 'qdisc', 'replace', 'dev', 'host0', 'root'],
];

export async function slowDown(host: LabHost, { rate, delay, loss }: WantedFault): Promise<void> {
  const words = needsNetem({ delay, loss })
    ? [
        'netem',
        ...(delay ? ['delay', delay] : []),
        ...(loss ? ['loss', loss] : []),
        ...(rate ? ['rate', rate] : []),
      ]
    : ['tbf', 'rate', rate ?? '', 'burst', '256kb', 'latency', '50ms'];
  for (const end of endsOf(host)) await run([...end, ...words]);
}

const needsNetem = ({ delay, loss }: Pick<WantedFault, 'delay' | 'loss'>): boolean =>
  delay !== undefined || loss !== undefined;

/** Delays and losses are a module of the kernel, which many kernels for virtual machines are built without. */
export async function checkNetem({ veth }: LabHost, wanted: WantedFault): Promise<void> {
  if (!needsNetem(wanted)) return;
  if ((await exitCodeOf(['tc', 'qdisc', 'replace', 'dev', veth, 'root', 'netem'])) === 0) return;
  throw new ConfigError({
    what: "this machine's kernel can neither delay nor lose packets",
    why: 'it has no sch_netem (tc-netem(8))',
    next: [
      'load it, if it is there: sudo modprobe sch_netem',
      'or make the link slow without it: --rate 1mbit',
      'nothing was changed',
    ],
  });
}

/** Takes all of this back but a pulled cable. Answers whether there was something. */
export async function clearNetwork(lab: string, { veth, netns }: LabHost): Promise<boolean> {
  const hadRules = isInstalled('iptables') && (await removeRules(lab, netns));
  const wasSlow = (await exitCodeOf(['tc', 'qdisc', 'del', 'dev', veth, 'root'])) === 0;
  await exitCodeOf(['nsenter', `--net=/run/netns/${netns}`, 'tc', 'qdisc', 'del', 'dev', 'host0', 'root']);
  return hadRules || wasSlow;
}
