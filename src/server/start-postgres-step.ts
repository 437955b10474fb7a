import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Report, type Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';
import type { ServerControl } from '../postgres/control/server-control.ts';
import { acceptsConnections } from '../postgres/instance.ts';

/** Crash recovery of a large cluster takes minutes; a start that hangs takes for ever. */
const startDeadlineMs = 300_000;

/** Starts the server, and does not believe systemd: it waits until the server answers. */
export const startPostgres = (instance: Instance): Step => ({
  title: 'Start PostgreSQL',
  ...serverLogTail(instance),

  async diff(host) {
    return (await host.ask(acceptsConnections(instance)))
      ? []
      : [change('postgres.start', 'start PostgreSQL')];
  },

  async apply(host, report) {
    const control = await readControl(host, instance);
    await host.run(control.start);
    await untilAccepting(host, { instance, control }, report);
  },
});

/** Restarts the server and waits until the new one answers; the old one answers too, until it has stopped. */
export async function restartPostgres(host: Host, instance: Instance, report: Report): Promise<void> {
  const control = await readControl(host, instance);
  const before = await host.ask(control.state);
  await host.run(control.restart);
  const isNew = async (): Promise<boolean> => {
    report('waiting until PostgreSQL has stopped');
    return (await host.ask(control.state)).run !== before.run;
  };
  const began = await waitUntil(isNew, { deadlineMs: startDeadlineMs });
  if (!began) throw await notStarted(host, instance, `it did not stop within ${startDeadlineMs / 1000} s`);
  await untilAccepting(host, { instance, control }, report);
}

interface ServerToCome {
  readonly instance: Instance;
  readonly control: ServerControl;
}

/** Waits until the server accepts connections. Throws with its last log lines when it gave up or the time is over. */
async function untilAccepting(
  host: ReadableHost,
  { instance, control }: ServerToCome,
  report: Report,
): Promise<void> {
  const accepting = await waitUntil(
    async () => {
      report('waiting until PostgreSQL answers');
      const [answers, { hasFailed }] = await Promise.all([
        host.ask(acceptsConnections(instance)),
        host.ask(control.state),
      ]);
      if (!answers && hasFailed) throw await notStarted(host, instance, 'its unit failed');
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
    evidence: await serverLogTail(instance).evidence(host),
    next: [`more of its log: dbctl logs ${host.name}`, 'then run the same command again: it is safe'],
  });
