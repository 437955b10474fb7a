import type { Cluster } from '../model/cluster.ts';
import type { RotationRequest, RotationWork } from '../pki/rotation.ts';
import { shownPath } from '../config/shown-path.ts';

/** What is left to do after a rotation, for people: nothing, or to hand out the new CA. */
export function rotationHint(
  { caCertificateFile }: Pick<Cluster, 'caCertificateFile'>,
  asked: RotationRequest,
  { kind }: Pick<RotationWork, 'kind'>,
): string {
  const isOverlap = kind === 'trust' || kind === 'renew' || (kind === 'nothing' && asked === 'authority');
  if (!isOverlap) return '';
  return [
    `The new CA and the old one are both trusted; ${shownPath(caCertificateFile)} has both.`,
    'Distribute that file to all clients that have a copy of the old one, then:',
    '  dbctl certs rotate --ca --finish',
    '',
  ].join('\n');
}
