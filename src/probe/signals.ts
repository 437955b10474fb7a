// As what would each server start? Said before somebody restarts it.

import { finding, type Finding } from '../model/finding.ts';
import type { NodeFacts } from './facts.ts';

/** Nothing where the admin may not see the files, or did not log in. */
export function judgeSignals(all: readonly NodeFacts[]): readonly Finding[] {
  return all.flatMap(({ node, server, signals }) => {
    if (server === undefined || signals === undefined) return [];
    const about = { node, check: 'next-start' };
    if (server.inRecovery && !signals.standby) {
      const what = 'standby.signal is missing: its next start would make it a second primary';
      return finding(about, 'critical', what, ['dbctl status   (says how it is put back)']);
    }
    if (!server.inRecovery && (signals.standby || signals.recovery)) {
      const file = signals.standby ? 'standby.signal' : 'recovery.signal';
      const what = `${file} is in its data directory: its next start would not make it the primary that it is`;
      return finding(about, 'critical', what, ['dbctl status   (says how it is taken away)']);
    }
    return finding(about, 'ok', `would start as the ${server.inRecovery ? 'replica' : 'primary'} that it is`);
  });
}
