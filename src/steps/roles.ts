import type { Cluster } from '../cluster/cluster.ts';
import { roleChanges, wantedRoles, type FoundRole } from '../cluster/role-plan.ts';
import { verifierMatches } from '../cluster/scram.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../remote/host.ts';
import type { Instance } from '../cluster/instance.ts';
import { execute, ifRunning } from '../shell/psql.ts';
import { foundRoles, keepRolesStatements } from '../shell/roles.ts';

/** Keeps the four roles of .env.cluster: their passwords, attributes and memberships. */
export function keepRoles(cluster: Cluster, instance: Instance): Step {
  const wanted = wantedRoles(cluster);
  const find = async (host: ReadableHost): Promise<readonly (FoundRole | undefined)[]> => {
    const names = wanted.map(({ name }) => name);
    const found = (await host.ask(ifRunning(instance, foundRoles(instance, names)))) ?? [];
    return names.map((name) => found.find((role) => role.name === name));
  };

  return {
    title: 'Keep the roles',

    async diff(host) {
      const found = await find(host);
      return wanted.flatMap((role, index) => roleChanges(role, found[index]));
    },

    async apply(host) {
      const found = await find(host);
      const roles = wanted.map((role, index) => ({
        ...role,
        exists: found[index] !== undefined,
        keepPassword: verifierMatches(role.password.reveal(), found[index]?.verifier ?? ''),
      }));
      await host.run(execute(instance, keepRolesStatements(roles)));
    },
  };
}
