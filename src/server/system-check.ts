// May dbctl work on this host, whatever is to be there? Facts in, problems out; nothing is asked here.

import type { SystemFacts } from './host-facts-query.ts';

export interface HostProblem {
  readonly what: string;
  readonly next: string | readonly string[];
}

interface SystemRule {
  readonly reason: string;
  readonly broken: (facts: SystemFacts) => boolean;
  readonly problem: (facts: SystemFacts) => HostProblem;
}

const supported: Readonly<Record<string, number>> = { debian: 12, ubuntu: 22.04 };

/** Debian's testing and unstable have a code name in place of a number, and are newer than every release. */
const isSupported = ({ os, release }: SystemFacts): boolean =>
  Number(release) >= (supported[os] ?? Infinity) || (os === 'debian' && /^[a-z]+$/.test(release));

/** More than this and certificates, logs and lag cannot be trusted. */
const maxClockOffsetSeconds = 60;

const systemRules: readonly SystemRule[] = [
  {
    reason: 'package names and file layout are known for these systems only',
    broken: (facts) => !isSupported(facts),
    problem: ({ os, release }) => ({
      what: `it runs ${os || 'an unknown system'} ${release}`,
      next: 'use a host with Debian 12 or later, or Ubuntu 22.04 or later',
    }),
  },
  {
    reason: 'PostgreSQL runs as a systemd unit',
    broken: ({ hasSystemd }) => !hasSystemd,
    problem: () => ({ what: 'systemd is not running there', next: 'use a host that was booted by systemd' }),
  },
  {
    reason: 'a certificate made now must be valid there',
    broken: ({ clockOffsetSeconds }) => !(Math.abs(clockOffsetSeconds) <= maxClockOffsetSeconds),
    problem: ({ clockOffsetSeconds }) => ({
      what: `its clock is ${Math.abs(Math.round(clockOffsetSeconds))} s ${clockOffsetSeconds > 0 ? 'ahead of' : 'behind'} this machine's`,
      next: 'set both clocks: timedatectl set-ntp true',
    }),
  },
];

/** Every reason not to work on a host, whatever is to be there. */
export const systemProblems = (facts: SystemFacts): readonly HostProblem[] =>
  systemRules.filter(({ broken }) => broken(facts)).map(({ problem }) => problem(facts));
