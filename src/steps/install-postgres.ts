import type { Step } from '../engine/step.ts';
import { render } from '../render.ts';
import { installPackage, type PackageAdvice } from './install-package.ts';
import { ownFile } from './own-file.ts';

/** Keeps the package from creating and starting a cluster of its own, then installs it. */
export const installPostgres = (version: number): readonly Step[] => [
  ownFile('Keep the package from making a cluster', {
    path: '/etc/postgresql-common/createcluster.d/dbctl.conf',
    content: render('etc/postgresql-common/createcluster.d/dbctl.conf', {}),
    owner: 'root:root',
    mode: 0o644,
  }),
  installPackage(`postgresql-${version}`, (host) => versionAdvice(version, host)),
];

const versionAdvice = (version: number, host: string): PackageAdvice => ({
  why: `PostgreSQL ${version} is not in the package sources of this host.`,
  next: [
    'set POSTGRES_VERSION to the version its distribution ships (Debian 12: 15, Debian 13: 17)',
    `or add the PostgreSQL project's own repository on ${host}: apt-get install postgresql-common && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh`,
  ],
});
