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

const quietMs = 250;
/** Then it dies all the same: what it waits for may itself wait for a host that goes no further. */
const mostMs = 20_000;

/**
 * `fate` is a module's text with a function `fateOf(line, address)`, asked at each command: when dbctl dies of it.
 * "before": it is never sent, or gets no input. "sent": it was just sent, and ends by itself on the host, or half of its
 * input came. "ended": the host has carried it out. undefined: never. A function answers one of these for its input.
 * "before, with others" and "ended, with others": it goes no further there, and dies once nothing is begun or ended any
 * more on other hosts, which have then come as far as they can or are in the middle of something long; and not before
 * `awaited`, a map, is empty, unless that takes too long.
 */
const preload = (fate: string): string => `
  import { createRequire } from 'node:module';
  const { Client } = createRequire('/')(${JSON.stringify(ssh2)});
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const send = Client.prototype.exec;
  const awaited = new Map();
  let isDying = false;
  let dies;
  const dieWhenQuiet = () => {
    clearTimeout(dies);
    if (isDying && awaited.size === 0) dies = setTimeout(kill, ${quietMs});
  };
  const dieWithOthers = () => {
    if (!isDying) setTimeout(kill, ${mostMs});
    isDying = true;
    dieWhenQuiet();
  };
  const stopAt = (when, channel) => {
    dieWithOthers();
    const emit = channel.emit;
    channel.emit = function (event, ...values) {
      if (event !== 'close') return emit.call(this, event, ...values);
      dieWhenQuiet();
      return true;
    };
    return when.startsWith('before');
  };
  ${fate}
  const dieOf = (when, channel) => {
    if (when === 'before') kill();
    if (when === 'ended') channel.on('close', kill);
    if (when === 'sent') setImmediate(kill);
  };
  Client.prototype.exec = function (line, opened) {
    dieWhenQuiet();
    const when = fateOf(line, this._sock?.remoteAddress);
    if (when === 'before') return kill();
    if (when === 'before, with others') return dieWithOthers();
    return send.call(this, line, (error, channel) => {
      if (error && typeof when === 'string') return kill();
      channel?.on('close', dieWhenQuiet);
      if (typeof when === 'function' && channel) {
        channel.end = (input) => {
          delete channel.end;
          const what = when(input);
          if (what?.endsWith('with others') && stopAt(what, channel)) return channel;
          dieOf(what, channel);
          return channel.end(input);
        };
      } else dieOf(when, channel);
      opened(error, channel);
    });
  };`;
