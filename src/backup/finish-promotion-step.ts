import type { Instance } from '../model/instance.ts';
import { change, type Step } from '../engine/step.ts';
import { checkpoint, isTimelineWritten } from '../postgres/wal.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';

/**
 * Lets a primary that was promoted write its new timeline into its control file, which pgBackRest compares with the WAL
 * before a backup. PostgreSQL does that by itself with the checkpoint after a promotion, minutes later.
 */
export const finishPromotion = (instance: Instance): Step => ({
  title: 'Finish the promotion',
  ...serverLogTail(instance),

  async diff(host) {
    return (await host.ask(isTimelineWritten(instance))) === false
      ? [change('postgres.checkpoint', 'make a checkpoint')]
      : [];
  },

  async apply(host, report) {
    report('waiting for a checkpoint');
    await host.run(checkpoint(instance));
  },
});
