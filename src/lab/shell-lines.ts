import { join } from 'node:path';
import { quote } from '../host/quote.ts';
import { accessOf, envFileOf } from './access.ts';
import { databaseHosts } from './env-file.ts';
import type { Lab } from './lab.ts';

/** What a shell needs to talk to the lab's primary. No password: libpq asks for it, or reads a passfile. */
export function shellVariables(lab: Lab): Readonly<Record<string, string>> {
  const primary = databaseHosts(lab)[0];
  return {
    ...(primary ? { PGHOST: primary.address, PGPORT: '5432', PGDATABASE: 'app', PGUSER: 'app_admin' } : {}),
    DBCTL_LAB_NAME: lab.name,
    DBCTL_LAB_ENV_FILE: envFileOf(lab.directory),
    DBCTL_LAB_SSH_KEY: accessOf(lab).key,
    DBCTL_LAB_KNOWN_HOSTS: accessOf(lab).knownHosts,
    DBCTL_LAB_CA_CERT: join(lab.directory, `${lab.name}-ca.crt`),
  };
}

/** For `eval "$(dbctl lab env)"`. */
export const shellLines = (lab: Lab): string =>
  Object.entries(shellVariables(lab))
    .map(([name, value]) => `export ${name}=${quote([value])}\n`)
    .join('');
