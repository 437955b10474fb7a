import { flag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl certs rotate`: new certificates everywhere, and with --ca a new CA, while everything runs. */
export const certsRotate = changeCommand({
  needs: 'leader',
  examples: {
    'dbctl certs rotate': 'new certificates on every host',
    'dbctl certs rotate --ca': 'a new CA too',
  },
  flags: {
    ca: flag('--ca', 'make a new CA too; the old one stays trusted until --finish'),
    finish: flag('--finish', 'with --ca: remove the old CA'),
  },
  run: async ({ cluster, flags, changeHosts }) =>
    (await import('./rotate-plan.ts')).rotateCertificates(cluster, flags, changeHosts),
  text: async ({ asked, work }, { cluster, dryRun }) =>
    dryRun ? '' : (await import('./certificates-text.ts')).rotationHint(cluster, asked, work),
  json: ({ work }) => ({ rotation: work.kind }),
});
