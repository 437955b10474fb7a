import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import { UnverifiedError } from '../model/errors.ts';
import { archiverFacts } from '../postgres/archiver.ts';
import { currentWal, endTransaction, switchWal } from '../postgres/wal.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';

const deadlineMs = 60_000;

/**
 * Lets a running primary send all of its WAL to the repository, so that a restore can reach this very moment. Without
 * `isNeeded`, WAL that does not arrive is no failure: what is asked for may be there already.
 */
export function sendNewestWal(primary: Instance, { isNeeded }: { readonly isNeeded: boolean }): Step {
  return {
    title: 'Send the newest WAL',
    ...serverLogTail(primary),

    async diff(host) {
      const facts = await host.ask(archiverFacts(primary));
      return facts === undefined || facts.isInRecovery ? [] : [change('wal.send', 'send the newest WAL')];
    },

    async apply(host, report) {
      await host.run(endTransaction(primary));
      const wal = await host.ask(currentWal(primary));
      await host.run(switchWal(primary));
      const isSent = await waitUntil(
        async () => {
          report(`waiting until ${wal} is in the repository`);
          return ((await host.ask(archiverFacts(primary)))?.lastArchivedWal ?? '') >= wal;
        },
        { deadlineMs },
      );
      if (!isSent && isNeeded) {
        throw new UnverifiedError({
          what: `the newest WAL of ${host.name} did not reach the repository within ${deadlineMs / 1000} s`,
          next: [
            'see why: dbctl backup check',
            'or choose a point that is in the repository: dbctl backup info, then --type=time',
          ],
        });
      }
    },

    verify: () => Promise.resolve([]),
  };
}
