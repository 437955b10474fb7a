import type { Cluster, Machine } from '../model/cluster.ts';
import { DbctlError } from '../model/errors.ts';
import type { ReadableHost } from './host.ts';
import { withHosts, type HostOptions } from './with-hosts.ts';

export type LoginOptions = Omit<HostOptions, 'ssh'>;

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
        const answer = await withHosts([machine], { ...options, ssh }, (hosts) =>
          ask(hosts.get(machine.name), machine),
        );
        return { machine, answer };
      } catch (error) {
        if (!(error instanceof DbctlError)) throw error;
        return { machine, problem: error.message, error };
      }
    }),
  );
