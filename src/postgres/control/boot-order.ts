import type { Step } from '../../engine/step.ts';
import type { Instance } from '../../model/instance.ts';
import { render } from '../../model/render.ts';
import { ownFile } from '../../system/own-file.ts';
import { copyDropInOf, dropInOf } from './systemd-control.ts';

/** Starts PostgreSQL at boot only when the address it listens on is there. systemd reads it when it next reloads. */
export const ensureBootOrder = (instance: Instance): Step =>
  ownFile('Start PostgreSQL after the network', {
    path: dropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl.conf', {}),
    isSealed: true,
  });

/** Lets the server of a copy write to these directories of its own, and nowhere where another server lives. */
export const ensureApart = (instance: Instance, directories: readonly string[]): Step =>
  ownFile('Keep the copy apart from other servers', {
    path: copyDropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl-copy.conf', {
      directories: directories.map((path) => `-${path}`).join(' '),
    }),
    isSealed: true,
  });
