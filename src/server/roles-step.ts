import type { Cluster, Role } from '../model/cluster.ts';
import {
  hasOtherPassword,
  roleChanges,
  wantedRoles,
  type FoundRole,
  type PasswordPolicy,
} from './role-changes.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Instance } from '../model/instance.ts';
import { execute, onceRunning } from '../postgres/psql.ts';
import { foundRoles, ensureRolesStatements } from './roles-query.ts';

export interface KeptRoles {
  readonly passwords: PasswordPolicy;
}

/** Keeps the four roles of .env.cluster: their passwords, attributes and memberships. */
export function ensureRoles(
  cluster: Cluster,
  instance: Instance,
  { passwords }: KeptRoles = { passwords: 'change' },
): Step {
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
  const found = await findRoles(cluster, instance, host);
  return wantedRoles(cluster)
    .filter((role, index) => found[index] !== undefined && hasOtherPassword(role, found[index]))
    .map(({ name }) => name);
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
