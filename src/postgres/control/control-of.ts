import { query, type Query } from '../../host/command.ts';
import { script } from '../../host/script.ts';
import type { ReadableHost } from '../../host/host.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Instance } from '../../model/instance.ts';
import { patroniControl } from './patroni-control.ts';
import type { ServerControl } from './server-control.ts';
import { systemdControl } from './systemd-control.ts';

/** What runs a server that dbctl sets up: for files, for the words of an advice, for what is only read. */
export const controlOf = (instance: Instance): ServerControl =>
  instance.patroni.isWanted ? patroniControl(instance) : systemdControl(instance);

/**
 * What runs the server on this very host: to be asked before it is told anything. Throws RefusedError when something
 * does that dbctl does not know: two that run one server fight each other.
 */
export async function readControl(host: ReadableHost, instance: Instance): Promise<ServerControl> {
  const control = systemdControl(instance);
  const { dataDirectory, binDirectory } = instance;
  const runner = await host.ask(runnerOf(instance));
  if (runner === undefined || runner === control.name) return control;
  if (runner === instance.patroni.unit) {
    if (instance.patroni.isWanted) return patroniControl(instance);
    throw new RefusedError({
      what: `Patroni runs PostgreSQL on ${host.name}, and .env.cluster says CLUSTER_HA=none`,
      why: 'Patroni is taken away from all nodes at once.',
      next: ['take it away: dbctl up', 'or keep it: write CLUSTER_HA=patroni into .env.cluster'],
    });
  }
  throw new RefusedError({
    what: `PostgreSQL on ${host.name} is run by ${runner}, not by ${control.name}`,
    why: `It was started by something that would start it again, or that systemd cannot stop.`,
    next: [
      `see what it is, on ${host.name}: systemctl status ${runner}`,
      `end it there, then start the server: runuser -u postgres -- ${binDirectory}/pg_ctl stop -m fast -D ${dataDirectory}; ${control.byHand.start}`,
      'then run the same command again',
    ],
  });
}

/**
 * The unit that a running server belongs to, or Patroni's where that would start it; undefined when none runs, and on a
 * host that does not tell.
 */
export const runnerOf = ({ dataDirectory, patroni }: Instance): Query<string | undefined> =>
  query(
    script('postgres/runner.sh', dataDirectory, patroni.config, patroni.unit),
    (stdout) => stdout.trim() || undefined,
  );
