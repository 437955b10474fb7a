import type { Cluster, Role } from '../model/cluster.ts';
import {
  hasOtherPassword,
  otherPasswordText,
  roleChanges,
  wantedRoles,
  type FoundRole,
  type PasswordPolicy,
} from './role-changes.ts';
import type { Step } from '../engine/step.ts';
import { UnconfirmedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Instance } from '../model/instance.ts';
import { execute, onceRunning } from '../postgres/psql.ts';
import { foundRoles, ensureRolesStatements } from './roles-query.ts';

export interface KeptRoles {
  readonly passwords: PasswordPolicy;
}

/**
 * Keeps the four roles of .env.cluster: their passwords, attributes and memberships. Throws UnconfirmedError, and changes
 * nothing, where a role that exists would get another password that nobody has agreed to.
 */
export function ensureRoles(cluster: Cluster, instance: Instance, { passwords }: KeptRoles): Step {
  const wanted = wantedRoles(cluster);
  const find = (host: ReadableHost) => findRoles(cluster, instance, host);
  const keeps = (role: Role, found: FoundRole): boolean =>
    passwords === 'leave' || !hasOtherPassword(role, found);

  return {
    title: 'Set up the roles',

    async diff(host) {
      const found = await find(host);
      return wanted.flatMap((role, index) => roleChanges(role, found[index], passwords));
    },

    async apply(host) {
      const found = await find(host);
      refuseUnagreed(otherPasswords(wanted, found), passwords, host.name);
      const roles = wanted.map((role, index) => ({
        ...role,
        exists: found[index] !== undefined,
        keepPassword: found[index] !== undefined && keeps(role, found[index]),
      }));
      await host.run(execute(instance, ensureRolesStatements(roles)));
    },
  };
}

/** The names of the roles that exist with another password than .env.cluster has. */
export async function rolesWithOtherPassword(
  cluster: Cluster,
  instance: Instance,
  host: ReadableHost,
): Promise<readonly string[]> {
  return otherPasswords(wantedRoles(cluster), await findRoles(cluster, instance, host));
}

const otherPasswords = (
  wanted: readonly Role[],
  found: readonly (FoundRole | undefined)[],
): readonly string[] =>
  wanted
    .filter((role, index) => found[index] !== undefined && hasOtherPassword(role, found[index]))
    .map(({ name }) => name);

/** Nobody could be asked about a server that did not run when the command began. */
function refuseUnagreed(differing: readonly string[], passwords: PasswordPolicy, node: string): void {
  if (typeof passwords === 'string') return;
  const unagreed = differing.filter((name) => !passwords.agreed.includes(name));
  if (unagreed.length === 0) return;
  throw new UnconfirmedError({
    what: `no password was changed: nobody has agreed to it for ${unagreed.join(', ')}`,
    why: [
      otherPasswordText(differing),
      `That was not known when this command began: PostgreSQL of ${node} did not run then, or they were changed since.`,
      'What was done until here stays: PostgreSQL runs.',
    ].join('\n'),
    next: [
      'to change them, run it again at a terminal and type the name, or add --yes',
      'to keep them, write the passwords that these roles have into .env.cluster, and run it again',
    ],
  });
}

/** The roles of .env.cluster as the server has them, in the same order. */
async function findRoles(
  cluster: Cluster,
  instance: Instance,
  host: ReadableHost,
): Promise<readonly (FoundRole | undefined)[]> {
  const names = wantedRoles(cluster).map(({ name }) => name);
  const found = (await host.ask(onceRunning(instance, foundRoles(instance, names), host.name))) ?? [];
  return names.map((name) => found.find((role) => role.name === name));
}
