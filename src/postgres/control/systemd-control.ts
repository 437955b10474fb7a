// A server that systemd keeps running, as a unit of postgresql-common's template.

import { action, query } from '../../host/command.ts';
import { script } from '../../host/script.ts';
import type { Instance } from '../../model/instance.ts';
import { execute, executeAlone } from '../psql.ts';
import { literal } from '../sql.ts';
import type { ServerControl, ServerState } from './server-control.ts';
import { fieldsIn } from '../../model/answers.ts';

/** `unit` is another one where something else starts the server. */
export function systemdControl(instance: Instance, unit = unitOf(instance)): ServerControl {
  const { configDirectory, logName } = instance;
  const reload = execute(instance, ['select pg_reload_conf()']);
  return {
    name: unit,
    state: query(script('postgres/server-state.sh', unit), parseState),
    startsAtBoot: query(
      script('postgres/starts-at-boot.sh', unit, configDirectory),
      (stdout) => stdout.trim() === 'yes',
    ),
    startAtBoot: action(script('postgres/start-at-boot.sh', unit, configDirectory)),
    forbidden: query(script('postgres/forbidden-start.sh', unit, configDirectory), (stdout) => stdout.trim()),
    start: action(script('postgres/start-server.sh', unit), { timeoutMs: 3_600_000 }),
    stop: action(['systemctl', 'stop', '--', unit], { timeoutMs: 3_600_000 }),
    restart: action(script('postgres/restart-server.sh', unit)),
    reload,
    setParameters: (parameters) => [
      ...Object.entries(parameters).map(([parameter, value]) =>
        executeAlone(instance, `alter system set ${parameter} = ${literal(value)}`),
      ),
      reload,
    ],
    fatal: query(
      script('postgres/fatal-lines.sh', unit, `/var/log/postgresql/${logName}`, ...placesOf(instance)),
      (stdout) => stdout.trim(),
    ),
    log: (lines) =>
      query(
        script(
          'postgres/last-log-lines.sh',
          ...[unit, `/var/log/postgresql/${logName}`, ...placesOf(instance), String(lines)],
        ),
        (stdout) => stdout.trim(),
      ),
    paths: [dropInDirectory(instance)],
    byHand: {
      start: `systemctl start ${unit}`,
      startAnyway: `touch ${startMarkOf(instance)} && systemctl start ${unit}`,
      stop: `systemctl stop ${unit}`,
      restart: `systemctl restart ${unit}`,
      journal: `journalctl -n 50 -u ${unit}`,
    },
  };
}

export const unitOf = ({ version, name }: Instance): string => `postgresql@${version}-${name}.service`;

/** Where systemd looks for what changes a unit of a package. */
const dropInDirectory = (instance: Instance): string => `/etc/systemd/system/${unitOf(instance)}.d`;

export const dropInOf = (instance: Instance): string => `${dropInDirectory(instance)}/dbctl.conf`;

/** Where the program is run that asks the other nodes before a start. */
export const guardDropInOf = (instance: Instance): string => `${dropInDirectory(instance)}/dbctl-guard.conf`;

/** While it is there, the next start is one on purpose, and nobody is asked. */
const startMarkOf = ({ version, name }: Instance): string => `/run/dbctl-start-${version}-${name}`;

/** What tells where a server writes its log. */
const placesOf = ({ binDirectory, configDirectory, dataDirectory }: Instance): readonly string[] => [
  binDirectory,
  configDirectory,
  dataDirectory,
];

/** What keeps systemd from running the server beside Patroni. */
export const barrierOf = (instance: Instance): string => `${dropInDirectory(instance)}/dbctl-patroni.conf`;

/** What keeps a copy apart from the other servers on its host. */
export const copyDropInOf = (instance: Instance): string => `${dropInDirectory(instance)}/dbctl-copy.conf`;

const running = ['active', 'activating', 'deactivating', 'reloading', 'refreshing'];

/**
 * A unit of postgresql-common has no time limit for its start: it may be "activating" for ever after its server has
 * died. One that did not begin at all (a failed condition) is inactive, with nothing to come.
 */
function parseState(stdout: string): ServerState {
  const { of } = fieldsIn(stdout);
  const active = of('ActiveState');
  const hasNoProcess = of('processes') === 'no' && of('ControlPID') === '0' && of('MainPID') === '0';
  const isDead = active === 'activating' && hasNoProcess;
  const isIdle = active === 'inactive' && /^Job=0?$/m.test(stdout);
  return {
    isRunning: running.includes(active) && !isDead,
    hasFailed: active === 'failed' || isDead,
    isIdle,
    run: of('InvocationID'),
  };
}
