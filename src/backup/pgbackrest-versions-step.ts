import type { Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { pgbackrestVersion } from './pgbackrest-query.ts';

/** Refuses hosts whose pgBackRest differs: its protocol accepts the very same version only. Changes nothing, ever. */
export const checkSameVersion = (hosts: readonly ReadableHost[]): Step => ({
  title: 'Compare the pgBackRest versions',

  async diff() {
    const versions = await Promise.all(hosts.map((host) => host.ask(pgbackrestVersion())));
    const found = new Set(versions.filter((version) => version !== undefined));
    if (found.size <= 1) return [];
    throw new RefusedError({
      what: 'the hosts have different versions of pgBackRest',
      why: hosts.map(({ name }, index) => `${name}: ${versions[index] ?? 'none'}`).join('\n'),
      next: [
        'install the same version on all of them: apt-get install --only-upgrade pgbackrest, from the same package sources',
        "hosts with different Debian releases need the PostgreSQL project's own repository for that",
      ],
    });
  },

  async apply() {},
});
