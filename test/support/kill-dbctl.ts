// dbctl that kills itself with SIGKILL at one of its commands on a host: the same points at every speed of the machine.

import { createRequire } from 'node:module';
import type { Finished, Lab } from './e2e.ts';
import { dbctlWith } from './probe-story.ts';

/** "before": the command is never sent. "after": it was just sent, and ends by itself on the host, or half of its input came. */
export type Moment = 'before' | 'after';

/**
 * Runs dbctl until its n-th command on any host. The answer's exit code is null when it was killed there, and dbctl's
 * own when it had fewer commands to run.
 */
export const dbctlKilledAt = (
  lab: Lab,
  n: number,
  moment: Moment,
  ...args: readonly string[]
): Promise<Finished> => dbctlWith(lab, { env: { NODE_OPTIONS: `--import=${preload(n, moment)}` } }, ...args);

const ssh2 = createRequire(import.meta.url).resolve('ssh2');

function preload(n: number, moment: Moment): string {
  const script = `
    import { createRequire } from 'node:module';
    const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
    const kill = () => process.kill(process.pid, 'SIGKILL');
    const send = Client.prototype.exec;
    let left = ${n};
    Client.prototype.exec = function (line, opened) {
      left -= 1;
      if (left > 0) return send.call(this, line, opened);
      if (${moment === 'before'}) return kill();
      return send.call(this, line, (error, channel) => { opened(error, channel); setImmediate(kill); });
    };`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}
