import type { Step } from '../../engine/step.ts';
import { action } from '../../host/command.ts';
import { script } from '../../host/script.ts';
import type { Instance } from '../../model/instance.ts';
import { render } from '../../model/render.ts';
import { ownFile } from '../../system/own-file.ts';
import { controlOf } from './control-of.ts';
import { copyDropInOf, dropInOf, guardDropInOf } from './systemd-control.ts';

/** Starts PostgreSQL at boot only when the address it listens on is there. systemd reads it when it next reloads. */
export const ensureBootOrder = (instance: Instance): Step =>
  ownFile('Start PostgreSQL after the network', {
    path: dropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl.conf', {}),
    isSealed: true,
  });

/** Runs a program before each start: the server is started when that ends well, or is not there. */
export function ensureAskedFirst(instance: Instance, program: string): Step {
  const file = ownFile('Let a returning primary ask the other nodes before it starts', {
    path: guardDropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl-guard.conf', { program }),
    isSealed: true,
  });
  return {
    ...file,
    async apply(host, report) {
      await file.apply(host, report);
      await host.run(action(script('postgres/read-guard.sh', controlOf(instance).name)));
    },
  };
}

/** Lets the server of a copy write to these directories of its own, and nowhere where another server lives. */
export const ensureApart = (instance: Instance, directories: readonly string[]): Step =>
  ownFile('Keep the copy apart from other servers', {
    path: copyDropInOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl-copy.conf', {
      directories: directories.map((path) => `-${path}`).join(' '),
    }),
    isSealed: true,
  });
