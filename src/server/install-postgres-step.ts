import { postgresAdvice } from '../system/package-advice.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { installPackage } from '../system/install-package.ts';
import { ownFile } from '../system/own-file.ts';

/** Keeps the package from creating and starting a cluster of its own, then installs it. */
export const installPostgres = (version: number): readonly Step[] => [
  ownFile('Disable the cluster that the package would create', {
    path: '/etc/postgresql-common/createcluster.d/dbctl.conf',
    content: render('etc/postgresql-common/createcluster.d/dbctl.conf', {}),
  }),
  installPackage(`postgresql-${version}`, (host) => postgresAdvice(version, host)),
];
