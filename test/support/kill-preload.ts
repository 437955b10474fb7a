// What makes dbctl kill itself with SIGKILL at one of its commands on a host: the same points at every speed of the machine.

import { createRequire } from 'node:module';
import type { Finished, Lab } from './e2e.ts';
import { dbctlWith } from './probe-story.ts';

/** Runs dbctl with a fate; the answer's exit code is null when that killed it. */
export const dbctlWithFate = (lab: Lab, fate: string, ...args: readonly string[]): Promise<Finished> =>
  dbctlWith(
    lab,
    { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload(fate))}` } },
    ...args,
  );

const ssh2 = createRequire(import.meta.url).resolve('ssh2');

/**
 * `fate` is a module's text with a function `fateOf(line, address)`, asked at each command: when dbctl dies of it.
 * "before": it is never sent, or gets no input. "sent": it was just sent, and ends by itself on the host, or half of its
 * input came. "ended": the host has carried it out. undefined: never. A function answers one of these for its input.
 */
const preload = (fate: string): string => `
  import { createRequire } from 'node:module';
  const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const send = Client.prototype.exec;
  ${fate}
  const dieOf = (when, channel) => {
    if (when === 'before') kill();
    if (when === 'ended') channel.on('close', kill);
    if (when === 'sent') setImmediate(kill);
  };
  Client.prototype.exec = function (line, opened) {
    const when = fateOf(line, this._sock?.remoteAddress);
    if (when === 'before') return kill();
    return send.call(this, line, (error, channel) => {
      if (error && typeof when === 'string') return kill();
      if (typeof when === 'function' && channel) {
        channel.end = (input) => {
          delete channel.end;
          dieOf(when(input), channel);
          return channel.end(input);
        };
      } else dieOf(when, channel);
      opened(error, channel);
    });
  };`;
