import { RefusedError } from '../errors.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../render.ts';
import * as apt from '../shell/apt.ts';
import { ownFile } from './own-file.ts';

/** Keeps the package from creating and starting a cluster of its own, then installs it. */
export const installPostgres = (version: number): readonly Step[] => [
  ownFile('Keep the package from making a cluster', {
    path: '/etc/postgresql-common/createcluster.d/dbctl.conf',
    content: render('etc/postgresql-common/createcluster.d/dbctl.conf', {}),
    owner: 'root:root',
    mode: 0o644,
  }),
  installPackage(`postgresql-${version}`, version),
];

const installPackage = (name: string, version: number): Step => ({
  title: `Install PostgreSQL ${version}`,

  async diff(host) {
    return (await host.ask(apt.installedVersion(name))) === undefined ? [`install ${name}`] : [];
  },

  async apply(host, report) {
    await host.run(apt.finishInterrupted());
    if (!(await host.ask(apt.isAvailable(name)))) {
      report('reading the package lists');
      await host.run(apt.updateLists());
    }
    if (!(await host.ask(apt.isAvailable(name)))) throw notOffered(host.name, name, version);
    report(`installing ${name}`);
    await host.run(apt.install([name]));
  },
});

const notOffered = (host: string, name: string, version: number): RefusedError =>
  new RefusedError({
    what: `${host} has no package ${name}`,
    why: `PostgreSQL ${version} is not in the package sources of this host.`,
    next: [
      'set POSTGRES_VERSION to the version its distribution ships (Debian 12: 15, Debian 13: 17)',
      `or add the PostgreSQL project's own repository on ${host}: apt-get install postgresql-common && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh`,
    ],
  });
