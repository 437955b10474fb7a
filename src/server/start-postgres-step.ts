import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Report, Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import * as server from '../postgres/instance.ts';
import { serverSays } from '../postgres/server-says.ts';

/** Crash recovery of a large cluster takes minutes; a start that hangs takes for ever. */
const startDeadlineMs = 300_000;

/** Starts the server, and does not believe systemd: it waits until the server answers. */
export const startPostgres = (instance: Instance): Step => ({
  title: 'Start PostgreSQL',
  ...serverSays(instance),

  async diff(host) {
    return (await host.ask(server.acceptsConnections(instance))) ? [] : ['start PostgreSQL'];
  },

  async apply(host, report) {
    await host.run(server.start(instance));
    await untilAccepting(host, instance, report);
  },
});

/** Restarts the server and waits until the new one answers; the old one answers too, until it has stopped. */
export async function restartPostgres(host: Host, instance: Instance, report: Report): Promise<void> {
  const before = await host.ask(server.invocation(instance));
  await host.run(server.restart(instance));
  const isNew = async (): Promise<boolean> => {
    report('waiting until PostgreSQL has stopped');
    return (await host.ask(server.invocation(instance))) !== before;
  };
  const began = await waitUntil(isNew, { deadlineMs: startDeadlineMs });
  if (!began) throw await notStarted(host, instance, `it did not stop within ${startDeadlineMs / 1000} s`);
  await untilAccepting(host, instance, report);
}

/** Waits until the server accepts connections. Throws with its last log lines when it gave up or the time is over. */
async function untilAccepting(host: ReadableHost, instance: Instance, report: Report): Promise<void> {
  const accepting = await waitUntil(
    async () => {
      report('waiting until PostgreSQL answers');
      const [answers, failed] = await Promise.all([
        host.ask(server.acceptsConnections(instance)),
        host.ask(server.hasFailed(instance)),
      ]);
      if (!answers && failed) throw await notStarted(host, instance, 'its unit failed');
      return answers;
    },
    { deadlineMs: startDeadlineMs },
  );
  if (!accepting)
    throw await notStarted(host, instance, `it did not answer within ${startDeadlineMs / 1000} s`);
}

const notStarted = async (host: ReadableHost, instance: Instance, reason: string): Promise<UnverifiedError> =>
  new UnverifiedError({
    what: `PostgreSQL did not start on ${host.name}: ${reason}`,
    evidence: await serverSays(instance).evidence(host),
    next: [`more of its log: dbctl logs ${host.name}`, 'then run the same command again: it is safe'],
  });
