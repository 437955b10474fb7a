import type { Instance } from '../model/instance.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import { checkpoint, isTimelineWritten } from '../postgres/wal.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';

/**
 * Lets a primary that was promoted write its new timeline into its control file, which pgBackRest compares with the WAL
 * before a backup. PostgreSQL does that by itself with the checkpoint after a promotion, minutes later.
 */
export const finishPromotion = (instance: Instance): Step =>
  ensure('Finish the promotion', change('postgres.checkpoint', 'make a checkpoint'), {
    ...serverLogTail(instance),
    isRight: async (host) => (await host.ask(isTimelineWritten(instance))) !== false,
    async apply(host, report) {
      report('waiting for a checkpoint');
      await host.run(checkpoint(instance));
    },
  });
