// How an online lab reaches outside: the machine forwards for it, behind its own address. The rules carry the lab's
// name as a comment, and are found again by it.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Lab } from './lab.ts';
import { exitCodeOf, run } from './run.ts';

const forwarding = '/proc/sys/net/ipv4/ip_forward';

export const isForwarding = (): boolean => readFileSync(forwarding, 'utf8').trim() === '1';

export const setForwarding = (on: boolean): void => writeFileSync(forwarding, on ? '1' : '0');

const commentOf = (lab: string): string => `dbctl-lab-${lab}`;

/** Adds what is missing. Forward rules go first: a firewall that drops by default stands in the way otherwise. */
export async function openWayOut({ name, network, bridge }: Lab, device: string): Promise<void> {
  const comment = ['-m', 'comment', '--comment', commentOf(name)];
  await ensureRule('nat', ['POSTROUTING', '-s', network, '-o', device, ...comment, '-j', 'MASQUERADE']);
  await ensureRule('filter', ['FORWARD', '-i', bridge, '-o', device, ...comment, '-j', 'ACCEPT']);
  await ensureRule('filter', ['FORWARD', '-i', device, '-o', bridge, ...comment, '-j', 'ACCEPT']);
  setForwarding(true);
}

async function ensureRule(table: string, rule: readonly string[]): Promise<void> {
  if ((await exitCodeOf(['iptables', '-w', '-t', table, '-C', ...rule])) === 0) return;
  await run(['iptables', '-w', '-t', table, '-I', ...rule]);
}

/** Removes every rule of a lab. Answers whether there was one. */
export async function closeWayOut(lab: string): Promise<boolean> {
  let found = false;
  for (const table of ['nat', 'filter']) {
    for (const rule of rulesOf(lab, await run(['iptables', '-w', '-t', table, '-S']))) {
      await run(['iptables', '-w', '-t', table, '-D', ...rule]);
      found = true;
    }
  }
  return found;
}

/** The arguments of each rule with the lab's comment, from `iptables -S`. */
export const rulesOf = (lab: string, listing: string): readonly (readonly string[])[] =>
  listing
    .split('\n')
    .map((line) => line.split(' ').map((word) => word.replaceAll('"', '')))
    .filter((words) => words[0] === '-A' && words[words.indexOf('--comment') + 1] === commentOf(lab))
    .map((words) => words.slice(1));
