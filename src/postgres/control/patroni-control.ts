// A server that Patroni keeps running: it starts what others stop, so it is told, and not the server.

import * as v from 'valibot';
import { action, query, type Action, type Query } from '../../host/command.ts';
import { script, sh } from '../../host/script.ts';
import { fieldsIn } from '../../model/answers.ts';
import { formatLsn } from '../../model/lsn.ts';
import type { Instance } from '../../model/instance.ts';
import type { ServerControl, ServerState } from './server-control.ts';
import { systemdControl } from './systemd-control.ts';

export function patroniControl(instance: Instance): ServerControl {
  const { binDirectory, dataDirectory, patroni } = instance;
  const { unit, config, scope, member } = patroni;
  const restart = `patronictl -c ${config} restart --force ${scope} ${member}`;
  return {
    ...systemdControl(instance, unit),
    state: query(script('postgres/patroni-state.sh', unit, dataDirectory), parseState),
    startsAtBoot: query(
      sh('systemctl -q is-enabled -- "$1" 2>/dev/null && echo yes || echo no', unit),
      (stdout) => stdout.trim() === 'yes',
    ),
    start: action(script('postgres/start-under-patroni.sh', unit, config, scope, member, dataDirectory), {
      timeoutMs: 3_600_000,
    }),
    stop: action(script('postgres/stop-under-patroni.sh', unit, dataDirectory, binDirectory), {
      timeoutMs: 3_600_000,
    }),
    startAtBoot: action(['systemctl', '-q', 'enable', '--', unit]),
    restart: patronictl(instance, ['restart', '--force', scope, member], { timeoutMs: 3_600_000 }),
    paths: [...systemdControl(instance).paths, patroni.unitFile, patroni.lease.unitFile],
    byHand: {
      start: `systemctl start ${unit}`,
      startAnyway: `systemctl start ${unit}`,
      stop: `systemctl stop ${unit}`,
      restart,
      journal: `journalctl -n 50 -u ${unit}`,
    },
  };
}

/** Tells Patroni something. What it is told may be a text for its standard input. */
export const patronictl = (
  { patroni }: Pick<Instance, 'patroni'>,
  words: readonly string[],
  options: Pick<Action, 'timeoutMs' | 'stdin'> = {},
): Action =>
  action(['patronictl', '-c', patroni.config, ...words], {
    asUser: 'postgres',
    timeoutMs: 180_000,
    ...options,
  });

/** What it is asked with. Where etcd is silent it tries for minutes, and goes on when nobody waits any more. */
export const askPatroni = (config: string, words: readonly string[]): readonly string[] => [
  ...['timeout', '30', 'patronictl', '-c', config],
  ...words,
];

const HistoryLine = v.object({
  TL: v.number(),
  LSN: v.number(),
  Reason: v.string(),
  Timestamp: v.optional(v.string()),
  'New Leader': v.optional(v.string()),
});

/** A replica that became the leader, whoever let it lead. */
export interface LeaderChange {
  /** The node that leads since then; "" when Patroni has not written it down. */
  readonly leader: string;
  /** By the clock of that node. */
  readonly changedAt: number;
  /** The one that began then. */
  readonly timeline: number;
  /** Where the old timeline ended. */
  readonly lsn: string;
  /** PostgreSQL's, of its history file. */
  readonly reason: string;
}

/** What Patroni has written into etcd, oldest first. */
export const leaderChanges = ({ patroni }: Pick<Instance, 'patroni'>): Query<readonly LeaderChange[]> =>
  query(
    askPatroni(patroni.config, ['history', '-f', 'json']),
    (stdout) =>
      v.parse(v.array(HistoryLine), JSON.parse(stdout)).flatMap((one) => {
        const changedAt = Date.parse(one.Timestamp ?? '') / 1000;
        if (Number.isNaN(changedAt)) return [];
        const lsn = formatLsn(BigInt(one.LSN));
        return [
          { leader: one['New Leader'] ?? '', changedAt, timeline: one.TL + 1, lsn, reason: one.Reason },
        ];
      }),
    { asUser: 'postgres' },
  );

/** Patroni starts its server again by itself, so only its own unit says that it has given up. */
function parseState(stdout: string): ServerState {
  const { of } = fieldsIn(stdout);
  const isRunning = of('server') === 'yes';
  const active = of('ActiveState');
  return {
    isRunning,
    hasFailed: active === 'failed' && !isRunning,
    isIdle: active === 'inactive' && !isRunning,
    run: of('run'),
  };
}
