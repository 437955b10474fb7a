import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Machine } from '../model/cluster.ts';
import { DbctlError, UnreachableError } from '../model/errors.ts';
import type { ReadableHost } from './host.ts';
import { withHosts, type HostOptions } from './with-hosts.ts';

export type LoginOptions = Omit<HostOptions, 'ssh'> & {
  /** Who has not answered by then has a problem: the others are not held up by a host that fell silent. */
  readonly patienceMs?: number;
};

/** What a machine answered, or why it did not. */
export type Asked<Answer> =
  | { readonly machine: Machine; readonly answer: Answer; readonly problem?: undefined }
  | {
      readonly machine: Machine;
      readonly answer?: undefined;
      readonly problem: string;
      readonly error: DbctlError;
    };

/** Asks all machines at once over SSH; one that cannot be reached hides no other. */
export const askMachines = <Answer, Place extends Machine>(
  { ssh }: Cluster,
  machines: readonly Place[],
  options: LoginOptions,
  ask: (host: ReadableHost, machine: Place) => Promise<Answer>,
): Promise<readonly Asked<Answer>[]> =>
  Promise.all(
    machines.map(async (machine): Promise<Asked<Answer>> => {
      try {
        const asking = withHosts([machine], { ...options, ssh }, (hosts) =>
          ask(hosts.get(machine.name), machine),
        );
        const answer = await within(options.patienceMs, asking, machine);
        return { machine, answer };
      } catch (error) {
        if (!(error instanceof DbctlError)) throw error;
        return { machine, problem: error.message, error };
      }
    }),
  );

async function within<Answer>(
  patienceMs: number | undefined,
  asking: Promise<Answer>,
  { name }: Machine,
): Promise<Answer> {
  if (patienceMs === undefined) return asking;
  // Nobody waits for it any more.
  asking.catch(() => {});
  const silence = new AbortController();
  const silent = sleep(patienceMs, undefined, { signal: silence.signal }).then(() => {
    throw new UnreachableError({ what: `${name} has said nothing for ${patienceMs / 1000} s` });
  });
  silent.catch(() => {});
  return Promise.race([asking, silent]).finally(() => silence.abort());
}
