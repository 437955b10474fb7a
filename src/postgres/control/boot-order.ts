import type { Step } from '../../engine/step.ts';
import type { Instance } from '../../model/instance.ts';
import { render } from '../../model/render.ts';
import { ownFile } from '../../system/own-file.ts';
import { dropInOf } from './systemd-control.ts';

/** Starts PostgreSQL at boot only when the address it listens on is there. systemd reads it when it next reloads. */
export const ensureBootOrder = (instance: Instance): Step =>
  ownFile('Start PostgreSQL after the network', {
    path: dropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl.conf', {}),
    owner: 'root:root',
    mode: 0o644,
    isSealed: true,
  });
