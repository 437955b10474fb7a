// One command over one SSH channel: collects what it says, within limits, until the channel is closed.

import type { ClientChannel } from 'ssh2';
import type { Ending, Input, Outcome } from './execution.ts';
import { keepOutput } from './execution.ts';
import { limitTime } from './execution.ts';

/**
 * Sends the input and waits for the end. The exit status may never come (the connection died, the server misbehaved):
 * that is an outcome of its own, never success.
 */
export function collect(channel: ClientChannel, stdin: Input, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    let outcome: Outcome = { kind: 'unknown' };

    const output = keepOutput({ stdout: channel, stderr: channel.stderr }, () =>
      giveUp({ kind: 'printed too much' }),
    );
    const end = (): void => {
      limit.stop();
      if (typeof stdin !== 'string') stdin.destroy();
      resolve({ outcome, ...output() });
    };
    const giveUp = (reason: Outcome): void => {
      channel.removeAllListeners('exit');
      outcome = reason;
      channel.signal('TERM');
      channel.close();
      end();
    };
    const limit = limitTime(stdin, timeoutMs, () => giveUp({ kind: 'timed out' }));

    channel.on('exit', (code: number | null, signal?: string) => {
      outcome = code === null ? { kind: 'killed', signal: signal ?? '?' } : { kind: 'exited', code };
    });
    // A command that ends without reading its input closes the pipe: its exit status tells, not this.
    channel.on('error', () => {});
    channel.on('close', end);
    if (typeof stdin === 'string') channel.end(stdin);
    // What cannot be read here is missed there.
    else stdin.on('error', () => channel.end()).pipe(channel);
  });
}
