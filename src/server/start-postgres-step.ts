import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, ensure, type Report, type Step } from '../engine/step.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { controlOf, readControl } from '../postgres/control/control-of.ts';
import type { ServerControl } from '../postgres/control/server-control.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { startProblems, startTrial } from '../postgres/start-trial.ts';
import { soon } from '../system/evidence.ts';
import { restoreSettings } from './settings-that-ran-step.ts';
import type { StartRole } from '../postgres/start.ts';
import { refuseWrongStart } from './may-start-facts.ts';

/** Crash recovery of a large cluster takes minutes; a start that hangs takes for ever. */
const startDeadlineMs = 300_000;

/** Starts the server, and does not believe systemd: it waits until the server answers. */
export const startPostgres = (instance: Instance, as?: StartRole): Step =>
  ensure('Start PostgreSQL', change('postgres.start', 'start PostgreSQL'), {
    ...serverLogTail(instance),
    isRight: (host) => host.ask(acceptsConnections(instance)),
    async apply(host, report) {
      const control = await readControl(host, instance);
      if (as) await refuseWrongStart(host, instance, as);
      await host.run(control.start);
      await untilRunning(host, { instance, control }, report);
    },
  });

export interface Restarted {
  /** Called when the server did not start with its settings, and runs again with those that it had before. */
  readonly onUndone?: () => Promise<void>;
}

/**
 * Restarts the server and waits until the new one answers; the old one answers too, until it has stopped. Throws
 * RefusedError, and stops nothing, when it would not come back.
 */
export async function restartPostgres(
  host: Host,
  instance: Instance,
  report: Report,
  options: Restarted = {},
): Promise<void> {
  const problems = startProblems(await host.ask(startTrial(instance)), instance);
  if (problems.length > 0) throw wouldNotStart(host, problems);
  const control = await readControl(host, instance);
  const before = await host.ask(control.state);
  await host.run(control.restart);
  const isNew = async (): Promise<boolean> => {
    report('waiting until PostgreSQL has stopped');
    return (await host.ask(control.state)).run !== before.run;
  };
  const began = await waitUntil(isNew, { deadlineMs: startDeadlineMs });
  if (!began) throw await notStarted(host, instance, `it did not stop within ${startDeadlineMs / 1000} s`);
  await untilRunning(host, { instance, control }, report, options);
}

interface ServerToCome {
  readonly instance: Instance;
  readonly control: ServerControl;
}

/**
 * Waits until the server accepts connections. One that died with settings that it has not run with before gets back
 * those that it has run with, and is started with them; that it failed is an error all the same.
 */
async function untilRunning(
  host: Host,
  server: ServerToCome,
  report: Report,
  { onUndone }: Restarted = {},
): Promise<void> {
  const died = await untilAccepting(host, server, report);
  if (died === undefined) return;
  const failure = await notStarted(host, server.instance, died);
  if (!(await restoreSettings(host, server.instance))) throw failure;
  report('starting PostgreSQL again with the settings that it had');
  await host.run(server.control.start);
  const diedAgain = await untilAccepting(host, server, report);
  await onUndone?.();
  throw diedAgain === undefined ? undone(host, failure) : failure;
}

/** Answers why it gave up, or undefined when it accepts connections. Throws when the time is over. */
async function untilAccepting(
  host: ReadableHost,
  { instance, control }: ServerToCome,
  report: Report,
): Promise<string | undefined> {
  let died: string | undefined;
  const isDecided = await waitUntil(
    async () => {
      report('waiting until PostgreSQL answers');
      const [answers, { hasFailed, isIdle }] = await Promise.all([
        host.ask(acceptsConnections(instance)),
        host.ask(control.state),
      ]);
      if (!answers && hasFailed) died = 'its unit failed';
      if (!answers && isIdle) died = 'its unit did not begin';
      return answers || died !== undefined;
    },
    { deadlineMs: startDeadlineMs },
  );
  if (!isDecided)
    throw await notStarted(host, instance, `it did not answer within ${startDeadlineMs / 1000} s`);
  return died;
}

/** What killed the server comes before the last lines of its log, which may tell of something else. */
async function notStarted(host: ReadableHost, instance: Instance, reason: string): Promise<UnverifiedError> {
  const [fatal, tail] = await Promise.all([
    host.ask(soon(controlOf(instance).fatal)).catch(() => ''),
    serverLogTail(instance).evidence(host),
  ]);
  return new UnverifiedError({
    what: `PostgreSQL did not start on ${host.name}: ${reason}`,
    why: fatal,
    evidence: tail,
    next: [`more of its log: dbctl logs ${host.name}`, 'then run the same command again: it is safe'],
  });
}

const undone = ({ name }: ReadableHost, { why, cause }: UnverifiedError): UnverifiedError =>
  new UnverifiedError({
    what: `PostgreSQL did not start on ${name} with its new settings; it runs again with those that it had`,
    evidence: why ?? '',
    next: [
      'correct POSTGRES_CONF_* in .env.cluster, and run the same command again',
      `more of its log: dbctl logs ${name}`,
    ],
    cause,
  });

const wouldNotStart = ({ name }: ReadableHost, problems: readonly string[]): RefusedError =>
  new RefusedError({
    what: `PostgreSQL on ${name} would not start again, so it was not stopped`,
    why: problems.join('\n'),
    next: [
      'correct POSTGRES_CONF_* in .env.cluster, or the file that is named, and run the same command again',
    ],
  });
