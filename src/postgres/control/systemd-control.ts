// A server that systemd keeps running, as a unit of postgresql-common's template.

import { action, query } from '../../host/command.ts';
import { script, sh } from '../../host/script.ts';
import type { Instance } from '../../model/instance.ts';
import { execute, executeAlone } from '../psql.ts';
import { literal } from '../sql.ts';
import type { ServerControl, ServerState } from './server-control.ts';

export function systemdControl(instance: Instance): ServerControl {
  const { configDirectory, logName } = instance;
  const unit = unitOf(instance);
  const reload = execute(instance, ['select pg_reload_conf()']);
  return {
    name: unit,
    state: query(['systemctl', 'show', '--property=ActiveState,InvocationID', '--', unit], parseState),
    startsAtBoot: query(
      script('postgres/starts-at-boot.sh', unit, configDirectory),
      (stdout) => stdout.trim() === 'yes',
    ),
    // Without --no-block it would wait as long as the start takes: the unit's own time-out is infinite.
    start: action(sh('systemctl reset-failed "$1" 2>/dev/null; exec systemctl start --no-block "$1"', unit)),
    stop: action(['systemctl', 'stop', '--', unit], { timeoutMs: 3_600_000 }),
    restart: action(['systemctl', 'restart', '--no-block', '--', unit]),
    reload,
    setParameters: (parameters) => [
      ...Object.entries(parameters).map(([parameter, value]) =>
        executeAlone(instance, `alter system set ${parameter} = ${literal(value)}`),
      ),
      reload,
    ],
    log: (lines) =>
      query(
        script('postgres/last-log-lines.sh', unit, `/var/log/postgresql/${logName}`, String(lines)),
        (stdout) => stdout.trim(),
      ),
    paths: [dropInDirectory(instance)],
    byHand: {
      start: `systemctl start ${unit}`,
      stop: `systemctl stop ${unit}`,
      startAtBoot: `systemctl enable ${unit}`,
      journal: `journalctl -n 50 -u ${unit}`,
    },
  };
}

const unitOf = ({ version, name }: Instance): string => `postgresql@${version}-${name}.service`;

/** Where systemd looks for what changes a unit of a package. */
const dropInDirectory = (instance: Instance): string => `/etc/systemd/system/${unitOf(instance)}.d`;

export const dropInOf = (instance: Instance): string => `${dropInDirectory(instance)}/dbctl.conf`;

const running = ['active', 'activating', 'deactivating', 'reloading', 'refreshing'];

function parseState(stdout: string): ServerState {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const active = of('ActiveState');
  return { isRunning: running.includes(active), hasFailed: active === 'failed', run: of('InvocationID') };
}
