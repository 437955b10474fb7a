import type { Step } from '../../engine/step.ts';
import { action, type Action } from '../../host/command.ts';
import { script } from '../../host/script.ts';
import type { Instance } from '../../model/instance.ts';
import { render } from '../../model/render.ts';
import { ownFile } from '../../system/own-file.ts';
import { barrierOf, copyDropInOf, dropInOf, guardDropInOf, unitOf } from './systemd-control.ts';

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
      await host.run(action(script('postgres/read-guard.sh', unitOf(instance))));
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

/** Keeps systemd from running the server beside Patroni. It counts when systemd next reloads. */
export const ensureBarrier = (instance: Instance): Step =>
  ownFile('Leave the server to Patroni', {
    path: barrierOf(instance),
    content: render('etc/systemd/system/postgresql@.service.d/dbctl-patroni.conf', {
      unit: instance.patroni.unit,
      config: instance.patroni.config,
    }),
    isSealed: true,
  });

/** Gives a server that Patroni no longer runs back to systemd, without a restart. */
export const takeBack = (instance: Instance): Action =>
  action(
    script(
      'postgres/leave-patroni.sh',
      ...[unitOf(instance), barrierOf(instance), joinProgramOf(instance)],
      ...[instance.dataDirectory, instance.patroni.config],
    ),
    { timeoutMs: 300_000 },
  );

/** Moves a running server into another unit. */
export const joinProgramOf = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/join-unit.sh`;

export { barrierOf } from './systemd-control.ts';
