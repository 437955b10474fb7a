import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import type { Instance } from '../model/instance.ts';
import { readControl } from '../postgres/control/control-of.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { acceptsConnections } from '../postgres/instance.ts';

/** How long a server that systemd did not start may go on answering, in milliseconds. */
const lingerMs = 5000;

/** Stops a server, also one that systemd starts again and again. */
export const stopPostgres = (instance: Instance): Step =>
  ensure('Stop PostgreSQL', change('postgres.stop', 'stop PostgreSQL'), {
    ...serverLogTail(instance),

    async isRight(host) {
      const { state } = await readControl(host, instance);
      return !(await host.ask(state)).isRunning;
    },

    async apply(host, report) {
      const control = await readControl(host, instance);
      report('stopping PostgreSQL');
      await host.run(control.stop);
      const isSilent = async () => !(await host.ask(acceptsConnections(instance)));
      if (await waitUntil(isSilent, { deadlineMs: lingerMs })) return;
      throw new CommandError({
        what: `a server on ${host.name} is still running after ${control.name} was stopped`,
        next: [
          `stop it, on ${host.name}: runuser -u postgres -- ${instance.binDirectory}/pg_ctl stop -m fast -D ${instance.dataDirectory}`,
        ],
      });
    },
  });
