// The cluster's certificate authority as the control host has it: one, or two while a new one takes over.

import type { Cluster } from '../model/cluster.ts';
import type { Rotation, RotationPhase } from './rotation.ts';
import type { Authority } from './inspect.ts';
import type { ReadableHost } from '../host/host.ts';
import { Secret } from '../model/secret.ts';
import { readNote } from '../system/read-note.ts';

/** Root's, on the control host; the keys never leave it. */
export function authorityFiles({ name }: Pick<Cluster, 'name'>) {
  const directory = `/etc/dbctl/pki/${name}`;
  const next = `${directory}/next`;
  return {
    directory,
    certificate: `${directory}/ca.crt`,
    key: `${directory}/ca.key`,
    /** The CA that is to follow, from the moment it is made until it takes the place of the other. */
    next: { directory: next, certificate: `${next}/ca.crt`, key: `${next}/ca.key` },
    /** The mark of a rotation that is not done. */
    rotation: `${directory}/rotation`,
  };
}

/** The authority that signs, and all that are trusted. */
export interface ClusterAuthority extends Authority {
  /** The certificates of all that are trusted, the older first. */
  readonly trusted: readonly string[];
  readonly rotation: Rotation | undefined;
}

/** Which of two CAs count in each phase: "current" is in ca.crt, "next" in next/ca.crt. */
const roles: Readonly<
  Record<RotationPhase, { signs: 'current' | 'next'; trusted: readonly ('current' | 'next')[] }>
> = {
  leaves: { signs: 'current', trusted: ['current'] },
  trust: { signs: 'current', trusted: ['current', 'next'] },
  overlap: { signs: 'current', trusted: ['current', 'next'] },
  renew: { signs: 'current', trusted: ['current', 'next'] },
  issue: { signs: 'next', trusted: ['current', 'next'] },
  drop: { signs: 'next', trusted: ['next'] },
};

/** Where the authority is to be had: from the control host, each time anew, or as it was read when it could not change any more. */
export type AuthoritySource = ReadableHost | ClusterAuthority;

export const authorityFrom = async (
  cluster: Cluster,
  source: AuthoritySource,
): Promise<ClusterAuthority | undefined> => ('trusted' in source ? source : readAuthority(cluster, source));

/** The authority as the control host has it; undefined before it was made. */
export async function readAuthority(
  cluster: Cluster,
  control: ReadableHost,
): Promise<ClusterAuthority | undefined> {
  const files = authorityFiles(cluster);
  const [current, rotation] = await Promise.all([readPair(control, files), readRotation(cluster, control)]);
  if (current === undefined) return undefined;
  // The last step of "drop" puts the next one in the place of the current.
  const next = rotation && (await readPair(control, files.next));
  const pairs = { current, next: next ?? current };
  const { signs, trusted } = roles[rotation?.phase ?? 'leaves'];
  return {
    ...pairs[signs],
    trusted: [...new Set(trusted.map((role) => pairs[role].certificate))],
    rotation,
  };
}

/** A CA that was made to follow; undefined when there is none. */
export const readNextAuthority = (cluster: Cluster, control: ReadableHost): Promise<Authority | undefined> =>
  readPair(control, authorityFiles(cluster).next);

/** The text of the file by which a peer's certificate is judged. */
export const bundleOf = ({ trusted }: ClusterAuthority): string => trusted.join('');

const readRotation = (cluster: Cluster, control: ReadableHost): Promise<Rotation | undefined> =>
  readNote<Rotation>(
    control,
    authorityFiles(cluster).rotation,
    ({ phase = '', startedAt }) => Object.hasOwn(roles, phase) && typeof startedAt === 'string',
  );

async function readPair(
  control: ReadableHost,
  files: { readonly certificate: string; readonly key: string },
): Promise<Authority | undefined> {
  const [key, certificate] = await Promise.all([
    control.readFile(files.key),
    control.readFile(files.certificate),
  ]);
  if (!key || !certificate) return undefined;
  return { certificate: certificate.content, key: new Secret(key.content) };
}
