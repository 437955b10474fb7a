import { hostAndPort } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import { shownPath } from '../config/shown-path.ts';

/**
 * What somebody who has brought a cluster up asks next: the writer's connection URI (PostgreSQL manual, "Connection URIs")
 * on a line of its own, without the password; and how to see that every login works.
 */
export function connectText({ nodes, gateways, postgres, caCertificateFile, file }: Cluster): string {
  const user = encodeURIComponent(postgres.writer.name);
  const parameters = [
    'sslmode=verify-full',
    `sslrootcert=${encodeURIComponent(shownPath(caCertificateFile)).replaceAll('%2F', '/')}`,
    'target_session_attrs=read-write',
  ];
  const places = gateways?.machines.map(({ host }) => ({ host, port: gateways.ports.primary })) ?? nodes;
  const place = `${places.map(hostAndPort).join(',')}/${encodeURIComponent(postgres.database)}`;
  return [
    `Applications connect as ${postgres.writer.name}, with its password in ${shownPath(file)} (docs/applications.md):`,
    `  postgresql://${user}@${place}?${parameters.join('&')}`,
    'Check every login: dbctl probe',
    '',
  ].join('\n');
}
