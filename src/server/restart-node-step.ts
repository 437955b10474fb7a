import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { readControl } from '../postgres/control/control-of.ts';
import type { ServerControl } from '../postgres/control/server-control.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { checkpoint } from '../postgres/wal.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import type { StartRole } from '../postgres/start.ts';
import { refuseWrongStart } from './may-start-facts.ts';
import { restartPostgres, startPostgres } from './start-postgres-step.ts';

export interface NodeRestart {
  /** What it is to be. */
  readonly as?: StartRole;
  /** What it is restarted for: parameters; may be empty. */
  readonly reasons: readonly string[];
  /** Told before anything is stopped. */
  readonly onBegin?: () => void;
  /** Told for how long nobody was answered, at most; in seconds. Not for a server that did not run. */
  readonly onSilence?: (seconds: number) => void;
  /** Called when it runs again with the settings that it had, because it did not start with the new ones. */
  readonly onUndone?: () => Promise<void>;
}

/** How long to wait between two looks at a server that restarts, in milliseconds. */
const lookEveryMs = 50;

/** Restarts a server, whether something waits for that or not; starts one that does not run. */
export function restartNode(
  instance: Instance,
  { as, reasons, onBegin, onSilence, onUndone }: NodeRestart,
): Step {
  let before: string | undefined;
  const text = ['restart PostgreSQL', ...(reasons.length > 0 ? [reasons.join(', ')] : [])].join(' for ');
  return {
    title: 'Restart PostgreSQL',
    disrupts: true,
    ...serverLogTail(instance),

    async diff(host) {
      const [runs, now] = await look(host, instance, await readControl(host, instance));
      before ??= runs ? now : 'down';
      if (!runs) return [change('postgres.start', 'start PostgreSQL')];
      return now === before ? [change('postgres.restart', text)] : [];
    },

    async apply(host, report) {
      onBegin?.();
      const control = await readControl(host, instance);
      const [runs, old] = await look(host, instance, control);
      if (!runs) return startPostgres(instance, as).apply(host, report);
      if (as) await refuseWrongStart(host, instance, as);
      report('writing every changed page, so that the stop is short');
      await host.run(checkpoint(instance));
      const ending = { isOver: false };
      const silence = measureSilence(() => look(host, instance, control), { old, ending });
      try {
        await restartPostgres(host, instance, report, onUndone && { onUndone });
      } finally {
        ending.isOver = true;
        await silence.catch(() => {});
      }
      const seconds = await silence;
      report(`did not answer for ${seconds.toFixed(1)} s`);
      onSilence?.(seconds);
    },
  };
}

type Look = readonly [answers: boolean, run: string];

async function look(host: ReadableHost, instance: Instance, control: ServerControl): Promise<Look> {
  const [answers, { run }] = await Promise.all([
    host.ask(acceptsConnections(instance)),
    host.ask(control.state),
  ]);
  return [answers, run];
}

interface Watched {
  readonly old: string;
  /** When it is over, one look more is enough. */
  readonly ending: { readonly isOver: boolean };
}

/** From the last answer of the old server to the first one of the new; seconds. */
async function measureSilence(watch: () => Promise<Look>, { old, ending }: Watched) {
  let lastAnswer = Date.now();
  let firstAnswer = lastAnswer;
  await waitUntil(
    async () => {
      const isLast = ending.isOver;
      const [runs, now] = await watch();
      firstAnswer = Date.now();
      if (runs && now === old) lastAnswer = firstAnswer;
      return isLast || (runs && now !== old);
    },
    { deadlineMs: Infinity, longestPauseMs: lookEveryMs },
  );
  return (firstAnswer - lastAnswer) / 1000;
}
