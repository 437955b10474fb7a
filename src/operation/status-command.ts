import { lookCommand } from '../kit/look-command.ts';

/** `dbctl lock status`: who changes the cluster now? */
export const lockStatus = lookCommand({
  needs: 'cluster',
  async run({ cluster, lookAt }) {
    const { lockHolder } = await import('./lock-query.ts');
    return lookAt(cluster, [cluster.control], (hosts) =>
      hosts.get(cluster.control.name).ask(lockHolder(cluster.name)),
    );
  },
  text: async (holder, { cluster }) => (await import('./lock-text.ts')).lockText(cluster.name, holder),
  json: (holder, { cluster }) => ({
    cluster: cluster.name,
    isHeld: holder !== undefined,
    holder: holder ?? null,
  }),
});
