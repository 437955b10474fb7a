import { sourcesAdvice, type PackageAdvice } from './package-advice.ts';
import { RefusedError } from '../model/errors.ts';
import { change, type Step } from '../engine/step.ts';
import * as apt from './apt.ts';

/** Installs a package of the distribution once. Throws RefusedError when the host's sources do not offer it. */
export const installPackage = (name: string, advice?: (host: string) => PackageAdvice): Step => ({
  title: `Install ${name}`,

  async diff(host) {
    return (await host.ask(apt.installedVersion(name))) === undefined
      ? [change('package.install', `install ${name}`, name)]
      : [];
  },

  async apply(host, report) {
    await host.run(apt.finishInterrupted());
    if (!(await host.ask(apt.isAvailable(name)))) {
      report('reading the package lists');
      await host.run(apt.updateLists());
    }
    if (!(await host.ask(apt.isAvailable(name)))) {
      throw new RefusedError({
        what: `${host.name} cannot find the package ${name}`,
        ...(advice ?? sourcesAdvice)(host.name),
      });
    }
    report(`installing ${name}`);
    await host.run(apt.install([name]));
  },
});
