import { lookCommand } from '../kit/look-command.ts';
import { ConfigError } from '../model/errors.ts';
import { probeExitCode } from '../model/finding.ts';

/** `dbctl gateway status`: what each gateway believes of each node. */
export const gatewayStatus = lookCommand({
  needs: 'cluster',
  help: 'Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.',
  async run({ cluster, login }) {
    const { gateways } = cluster;
    if (gateways === undefined)
      throw new ConfigError({
        what: `${cluster.name} has no gateways`,
        next: ['to have HAProxy, write into .env.cluster: CLUSTER_GATEWAYS=haproxy; then: dbctl up'],
      });
    return (await import('./gateway-status-facts.ts')).readGatewayStatus(cluster, gateways, login);
  },
  text: async (status, { colour }) => (await import('./gateway-status-text.ts')).gatewayText(status, colour),
  exitCode: ({ status }) => probeExitCode[status],
});
