// What stories of a cluster that Patroni keeps have in common.

import { expect } from 'vitest';
import type { Lab } from './e2e.ts';

/** For what Patroni does by itself, on a machine that may stand still. */
export const patient = { timeout: 240_000, interval: 250 };

/** Patroni may still be about to let a replica stream. */
export const expectNothingToDo = (lab: Lab): Promise<void> =>
  expect
    .poll(async () => {
      const { stdout, stderr } = await lab.dbctl('plan');
      return `${stdout}${stderr}`;
    }, patient)
    .toContain('0 changes');
