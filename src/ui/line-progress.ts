import { formatClock } from '../model/units.ts';
import type { Listener } from '../engine/event.ts';
import { describeResult } from './describe-result.ts';

/** How often long work is heard of, in milliseconds. */
interface Pace {
  /** While it reports something new. */
  readonly everyMs: number;
  /** While it does not, at first: installing packages may take minutes. Then ever less often. */
  readonly silenceMs: number;
}

const usual: Pace = { everyMs: 5000, silenceMs: 15_000 };

/** One line per host as it finishes, and its long work now and then: for logs, pipes and CI. */
export function lineProgress(write: (line: string) => void, pace: Partial<Pace> = {}): Listener {
  const working = new Map<string, ReturnType<typeof signOfLife>>();
  return (event) => {
    if (event.event === 'host-started') {
      const say = (text: string): void => write(`${event.stage}: ${event.host} … ${text}`);
      working.set(event.host, signOfLife(say, { ...usual, ...pace }));
    }
    if (event.event === 'note') working.get(event.host)?.note(event.note);
    if (event.event === 'host-ended') {
      working.get(event.host)?.end();
      write(`${event.stage}: ${event.host} ${describeResult(event)}`);
    }
  };
}

/** Without news: after 0:15, 0:30, 1:00, 2:00, then every 2 minutes. */
const longestSilences = 8;

function signOfLife(say: (text: string) => void, { everyMs, silenceMs }: Pace) {
  const startedAt = Date.now();
  let said = { at: startedAt, text: '' };
  let last = 'begun';
  let patienceMs = silenceMs;
  const tell = (text: string): void => {
    const isNews = last !== said.text;
    patienceMs = isNews ? silenceMs : Math.min(patienceMs * 2, longestSilences * silenceMs);
    said = { at: Date.now(), text: last };
    say(text);
  };
  const timer = setInterval(() => {
    if (Date.now() - said.at < patienceMs) return;
    tell(`${last}, ${formatClock((Date.now() - startedAt) / 1000)}`);
  }, silenceMs / 5);
  return {
    note: (text: string): void => {
      last = text;
      if (text !== said.text && Date.now() - said.at >= everyMs) tell(text);
    },
    end: () => clearInterval(timer),
  };
}
