// What a host's journal says from a moment on. The moment is a cursor: a time would be as coarse as a second.

import type { Lab } from './e2e.ts';

/** A place in a host's journal, behind everything that was said so far. */
export const journalMark = (lab: Lab, host: string): Promise<string> =>
  lab.shell(host, `journalctl --sync; journalctl -q -n 1 --show-cursor | sed -n 's/^-- cursor: //p'`);

/** The messages behind a mark, one a line. */
export const journalSince = (lab: Lab, host: string, mark: string): Promise<string> =>
  lab.shell(host, `journalctl --sync; journalctl -q -o cat --after-cursor='${mark}'`);
