// One command over one SSH channel: collects what it says, within limits, until the channel is closed.

import type { ClientChannel } from 'ssh2';
import type { Ending, Outcome } from './execution.ts';
import { keepOutput } from './output.ts';

/**
 * Sends the input and waits for the end. The exit status may never come (the connection died, the server misbehaved):
 * that is an outcome of its own, never success.
 */
export function collect(channel: ClientChannel, stdin: string, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    let outcome: Outcome = { kind: 'unknown' };

    const output = keepOutput({ stdout: channel, stderr: channel.stderr }, () =>
      giveUp({ kind: 'said too much' }),
    );
    const end = (): void => {
      clearTimeout(timer);
      resolve({ outcome, ...output() });
    };
    const giveUp = (reason: Outcome): void => {
      channel.removeAllListeners('exit');
      outcome = reason;
      channel.signal('TERM');
      channel.close();
      end();
    };
    const timer = setTimeout(() => giveUp({ kind: 'timed out' }), timeoutMs);

    channel.on('exit', (code: number | null, signal?: string) => {
      outcome = code === null ? { kind: 'killed', signal: signal ?? '?' } : { kind: 'exited', code };
    });
    // A command that ends without reading its input closes the pipe: its exit status tells, not this.
    channel.on('error', () => {});
    channel.on('close', end);
    channel.end(stdin);
  });
}
