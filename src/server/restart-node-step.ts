import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { acceptsConnections, invocation } from '../postgres/instance.ts';
import { checkpoint } from '../postgres/wal.ts';
import { serverSays } from '../postgres/server-says.ts';
import { restartPostgres, startPostgres } from './start-postgres-step.ts';

export interface NodeRestart {
  /** What it is restarted for: parameters; may be empty. */
  readonly reasons: readonly string[];
  /** Told for how long nobody was answered, at most; in seconds. Not for a server that did not run. */
  readonly onSilence?: (seconds: number) => void;
}

/** How long to wait between two looks at a server that restarts, in milliseconds. */
const lookEveryMs = 50;

/** Restarts a server, whether something waits for that or not; starts one that does not run. */
export function restartNode(instance: Instance, { reasons, onSilence }: NodeRestart): Step {
  let before: string | undefined;
  const change = ['restart PostgreSQL', ...(reasons.length > 0 ? [reasons.join(', ')] : [])].join(' for ');
  return {
    title: 'Restart PostgreSQL',
    disrupts: true,
    ...serverSays(instance),

    async diff(host) {
      const [runs, now] = await look(host, instance);
      before ??= runs ? now : 'down';
      if (!runs) return ['start PostgreSQL'];
      return now === before ? [change] : [];
    },

    async apply(host, report) {
      const [runs, old] = await look(host, instance);
      if (!runs) return startPostgres(instance).apply(host, report);
      report('writing every changed page, so that the stop is short');
      await host.run(checkpoint(instance));
      const ending = { isOver: false };
      const silence = measureSilence(host, instance, { old, ending });
      try {
        await restartPostgres(host, instance, report);
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

const look = (host: ReadableHost, instance: Instance): Promise<readonly [boolean, string]> =>
  Promise.all([host.ask(acceptsConnections(instance)), host.ask(invocation(instance))]);

interface Watched {
  readonly old: string;
  /** When it is over, one look more is enough. */
  readonly ending: { readonly isOver: boolean };
}

/** From the last answer of the old server to the first one of the new; seconds. */
async function measureSilence(host: ReadableHost, instance: Instance, { old, ending }: Watched) {
  let lastAnswer = Date.now();
  let firstAnswer = lastAnswer;
  await waitUntil(
    async () => {
      const isLast = ending.isOver;
      const [runs, now] = await look(host, instance);
      firstAnswer = Date.now();
      if (runs && now === old) lastAnswer = firstAnswer;
      return isLast || (runs && now !== old);
    },
    { deadlineMs: Infinity, longestPauseMs: lookEveryMs },
  );
  return (firstAnswer - lastAnswer) / 1000;
}
