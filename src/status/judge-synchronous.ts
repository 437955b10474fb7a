// Do commits wait for replicas as the file says? Facts in, findings out.

import { finding, type Finding } from '../model/finding.ts';
import type { Synchronous } from '../model/cluster.ts';
import {
  aloneAdvice,
  commitsWait,
  confirmsAlone,
  neededConfirmations,
  type SynchronousSeen,
  type SynchronousView,
} from '../postgres/synchronous.ts';

/** Commits that wait for replicas that are not there are told with their node. */
export function judgeSynchronous(synchronous: SynchronousSeen | undefined): readonly Finding[] {
  if (synchronous === undefined) return [];
  const { wanted, ...view } = synchronous;
  const about = { check: 'synchronous' };
  const alone = confirmsAlone(wanted, view);
  if (alone !== undefined) return [finding(about, 'warning', alone, aloneAdvice)];
  return commitsWait(view) === undefined ? [finding(about, 'ok', synchronousText(wanted, view))] : [];
}

/** "quorum: pg2 and pg3 confirm commits, one of them is enough" */
export function synchronousText(wanted: Synchronous | undefined, view: SynchronousView): string {
  const needed = neededConfirmations(view);
  const names = view.confirming.join(' and ');
  const who =
    view.confirming.length === 0
      ? needed > 0
        ? 'commits wait: no replica confirms them'
        : 'no replica confirms commits: what is acknowledged is on the primary alone'
      : `${names} ${view.confirming.length === 1 ? 'confirms' : 'confirm'} commits`;
  return `${wanted ?? 'by synchronous_standby_names'}: ${who}${view.confirming.length > needed ? `, ${needed} of them ${needed === 1 ? 'is' : 'are'} enough` : ''}`;
}
