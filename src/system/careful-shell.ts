import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { ownFile } from './own-file.ts';

/** Makes login shells of the postgres account careful: private files, no history of psql (passwords are typed there). */
export const hardenPostgresShell = (): Step =>
  ownFile('Harden the postgres shell', {
    path: '/etc/profile.d/dbctl-postgres.sh',
    content: render('etc/profile.d/dbctl-postgres.sh', {}),
    isSealed: true,
  });
