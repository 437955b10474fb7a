import type { Machine } from '../model/cluster.ts';
import type { ConnectOptions } from './connect.ts';
import { isSilence } from './silence.ts';
import { withHosts } from './with-hosts.ts';

/** Machines, by whether anything answers at their addresses. */
export interface Answering {
  readonly present: readonly Machine[];
  readonly silent: readonly Machine[];
}

/** Tries to log in on each of them; throws for one that is there and refuses. */
export async function whoAnswers(machines: readonly Machine[], options: ConnectOptions): Promise<Answering> {
  const answers = await Promise.all(machines.map((machine) => doesAnswer(machine, options)));
  return {
    present: machines.filter((_, index) => answers[index]),
    silent: machines.filter((_, index) => !answers[index]),
  };
}

async function doesAnswer(machine: Machine, options: ConnectOptions): Promise<boolean> {
  try {
    return await withHosts([machine], options, () => Promise.resolve(true));
  } catch (error) {
    if (isSilence(error)) return false;
    throw error;
  }
}
