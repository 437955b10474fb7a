// Does Patroni have every node in hand, and may it act? Facts in, findings out.

import type { Cluster } from '../model/cluster.ts';
import { finding, type Finding } from '../model/finding.ts';

/** What one member, the first that answers, says of all. */
export interface PatroniSeen {
  readonly members: readonly MemberSeen[];
  /** Whether it lets no other node lead by itself; null where nobody says so. */
  readonly isPaused: boolean | null;
  /** Who paused it, and when (ISO 8601); missing where the history of the cluster does not know. */
  readonly pausedBy?: string;
  readonly pausedAt?: string;
  /** The nodes that it is still on, where the file does not want it any more. */
  readonly leftOn?: readonly string[];
  /** Why nobody says anything; null where somebody does. */
  readonly problem: string | null;
}

/** In plans and journals. */
export const pauseText = 'pause Patroni: no automatic failover';
export const resumeText = 'let Patroni act by itself again';

export interface MemberSeen {
  /** Of its node. */
  readonly name: string;
  readonly isLeader: boolean;
  /** In Patroni's words: "running", "streaming", "start failed" … */
  readonly state: string;
  /** Whether a parameter waits for a restart. */
  readonly isPending: boolean;
}

const wellStates = ['running', 'streaming'];

/** "leader pg1, automatic failover; pg2 waits for a restart" */
export function patroniSummary(seen: PatroniSeen): string {
  const { members, isPaused, problem } = seen;
  if (problem !== null) return `unknown: ${problem}`;
  if (seen.leftOn)
    return `still there on ${seen.leftOn.join(' and ')}${isPaused ? ', paused' : ''}, while .env.cluster says CLUSTER_HA=none`;
  const leader = members.find(({ isLeader }) => isLeader)?.name;
  const pending = members.filter((one) => one.isPending).map(({ name }) => name);
  const ill = members.filter(({ state }) => !wellStates.includes(state));
  return [
    `${leader === undefined ? 'no leader' : `leader ${leader}`}, ${isPaused ? pausedText(seen) : 'automatic failover'}`,
    ...ill.map(({ name, state }) => `${name}: ${state}`),
    ...(pending.length > 0 ? [`a restart waits on ${pending.join(', ')}`] : []),
  ].join('; ');
}

/** "paused since 2026-12-01 12:00 UTC by alice@laptop: no automatic failover" */
const pausedText = ({ pausedAt, pausedBy }: PatroniSeen): string =>
  `paused${pausedAt === undefined ? '' : ` since ${pausedAt.slice(0, 16).replace('T', ' ')} UTC by ${pausedBy}`}: no automatic failover, and no server is started`;

export function judgePatroni(
  { patroni, nodes }: Pick<Cluster, 'patroni' | 'nodes'>,
  seen: PatroniSeen,
): readonly Finding[] {
  const about = { check: 'patroni' };
  const summary = `Patroni: ${patroniSummary(seen)}`;
  if (seen.problem !== null)
    return [finding(about, 'unknown', summary, ['set it up, or start it: dbctl up'])];
  if (seen.leftOn) return [finding(about, 'warning', summary, ['take it away: dbctl up'])];
  const isMissing = ({ name }: { readonly name: string }): boolean =>
    !seen.members.some((one) => one.name === name && wellStates.includes(one.state));
  const missing = nodes.filter(isMissing).map(({ name }) => name);
  const strange = seen.members.filter(({ name }) => nodes.every((node) => node.name !== name));
  if (!seen.members.some(({ isLeader }) => isLeader))
    return [finding(about, 'critical', summary, ['see why: dbctl logs'])];
  if (missing.length > 0)
    return [
      finding(
        about,
        'warning',
        `Patroni does not have ${missing.join(' and ')} in hand (${patroniSummary(seen)})`,
        [
          'set it up, or start it: dbctl up',
          ...missing.map((name) => `if its data is of no use any more: dbctl reinit ${name}`),
        ],
      ),
    ];
  // One that was removed while nobody reached its host, which is back: it may lead one day.
  if (strange.length > 0)
    return [
      finding(
        about,
        'warning',
        `Patroni has a member that .env.cluster does not name: ${strange.map(({ name }) => name).join(', ')}`,
        ['end Patroni on its host, and remove what is left there: see docs/nodes.md'],
      ),
    ];
  if (seen.isPaused && patroni?.isAutomatic)
    return [finding(about, 'warning', summary, ['let it act by itself again: dbctl resume'])];
  return [finding(about, 'ok', summary)];
}
