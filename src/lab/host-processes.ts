// What runs on a host, and what is done to it from outside: killed, frozen, or asked for on the host itself.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupsUnder, hostGroup, pidsOf, processesOf, readIfThere } from './processes.ts';
import { run } from './run.ts';

export interface HostProcess {
  readonly pid: number;
  /** Of its program: "postgres". */
  readonly name: string;
  /** "" when it belongs to no unit. */
  readonly unit: string;
  readonly isFrozen: boolean;
}

const payloadOf = (lab: string, host: string): string => join(hostGroup(lab, host), 'payload');

/** All of a host, found by its control group: no process of another host, or of this machine, is among them. */
export const processesIn = (lab: string, host: string): readonly HostProcess[] =>
  groupsUnder(payloadOf(lab, host)).flatMap((group) => {
    const unit = /[^/]+\.service(?=\/|$)/.exec(group)?.[0] ?? '';
    return pidsOf(group).flatMap((pid) => {
      // proc_pid_stat(5): "7 (sh) S …"; T is stopped by a signal.
      const [, name, state] = /^\d+ \((.*)\) (\w) /s.exec(readIfThere(`/proc/${pid}/stat`) ?? '') ?? [];
      return name === undefined ? [] : [{ pid, name, unit, isFrozen: state === 'T' }];
    });
  });

/** Holds every process of a host where it is, as a machine that is paused, or lets it go on. */
export const freezeHost = (lab: string, host: string, frozen: boolean): void =>
  writeFileSync(join(payloadOf(lab, host), 'cgroup.freeze'), frozen ? '1' : '0');

export const isFrozenHost = (lab: string, host: string): boolean =>
  (readIfThere(join(payloadOf(lab, host), 'cgroup.freeze')) ?? '').trim() === '1';

/** Runs a program on a host that runs, whatever its network is. */
export function runOn(lab: string, host: string, argv: readonly string[]): Promise<string> {
  const { init } = processesOf(lab, host);
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
  return run(['nsenter', '--target', String(init), ...namespaces, '--', ...argv]);
}
