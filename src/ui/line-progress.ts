import { formatClock } from '../model/units.ts';
import type { Listener } from '../engine/event.ts';
import { describeResult, isNews } from './event-text.ts';

/** How often long work is heard of, in milliseconds. */
interface Pace {
  /** While it reports something new. */
  readonly everyMs: number;
  /** While it does not, at first: installing packages may take minutes. Then ever less often. */
  readonly silenceMs: number;
}

const usual: Pace = { everyMs: 5000, silenceMs: 15_000 };

/**
 * One line per host on which a stage changed something or failed, and its long work now and then: for logs, pipes and CI.
 * `isWhole` adds the hosts that had nothing to change.
 */
export function lineProgress(
  write: (line: string) => void,
  { isWhole = false, ...pace }: Partial<Pace> & { readonly isWhole?: boolean } = {},
): Listener {
  const working = new Map<string, ReturnType<typeof signOfLife>>();
  return (event) => {
    if (event.event === 'host-started') {
      const say = (text: string): void => write(`${event.stage}: ${event.host} … ${text}`);
      working.set(event.host, signOfLife(say, { ...usual, ...pace }));
    }
    if (event.event === 'note') working.get(event.host)?.note(event.note);
    if (event.event === 'host-ended') {
      const hasBegunToTell = working.get(event.host)?.end() === true;
      if (isWhole || hasBegunToTell || isNews(event))
        write(`${event.stage}: ${event.host} ${describeResult(event)}`);
    }
  };
}

/** Without news: after 0:15, 0:30, 1:00, 2:00, then every 2 minutes. */
const longestSilences = 8;

function signOfLife(say: (text: string) => void, { everyMs, silenceMs }: Pace) {
  const startedAt = Date.now();
  let hasTold = false;
  let said = { at: startedAt, text: '' };
  let last = 'begun';
  let patienceMs = silenceMs;
  const tell = (text: string): void => {
    const isOther = last !== said.text;
    patienceMs = isOther ? silenceMs : Math.min(patienceMs * 2, longestSilences * silenceMs);
    said = { at: Date.now(), text: last };
    hasTold = true;
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
    /** Answers whether anything was told. */
    end: (): boolean => {
      clearInterval(timer);
      return hasTold;
    },
  };
}
