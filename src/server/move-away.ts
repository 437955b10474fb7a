// What a person types to make room for a node where another server is, without losing anything.

import type { HostFacts } from './host-facts-query.ts';
import type { Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';

/** A server goes on writing into a directory that was moved, and without its data its settings are of no use. */
export function moveAway(
  { postmaster, configuredFor }: Pick<HostFacts, 'postmaster' | 'configuredFor'>,
  instance: Instance,
): string {
  const { dataDirectory } = instance;
  return [
    ...(postmaster ? [controlOf(instance).byHand.stop] : []),
    ...(configuredFor === dataDirectory ? [moveSettings(instance)] : []),
    `mv ${dataDirectory} ${dataDirectory}.old`,
  ].join(' && ');
}

/** Out of /etc/postgresql, where postgresql-common would take the old settings for another server. */
export const moveSettings = ({ configDirectory, version, name }: Instance): string =>
  `mv ${configDirectory} /root/postgresql-${version}-${name}.old`;
