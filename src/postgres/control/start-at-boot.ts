import { change, ensure, type Step } from '../../engine/step.ts';
import type { Instance } from '../../model/instance.ts';
import { isRegistered } from '../instance.ts';
import { systemdControl } from './systemd-control.ts';

/** Keeps a server that comes back after every boot. One that is not registered yet will, and one that Patroni runs would without it. */
export function ensureStartAtBoot(instance: Instance): Step {
  const { name, startsAtBoot, startAtBoot } = systemdControl(instance);
  return ensure('Start PostgreSQL at boot', change('postgres.start-at-boot', `start ${name} at every boot`), {
    async isRight(host) {
      const [isThere, starts] = await Promise.all([host.ask(isRegistered(instance)), host.ask(startsAtBoot)]);
      return !isThere || starts;
    },
    apply: (host) => host.run(startAtBoot),
  });
}
