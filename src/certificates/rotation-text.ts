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
    `A new CA is trusted beside the old one; ${shownPath(caCertificateFile)} has both.`,
    'Hand that file out to everybody who verifies with a copy of the old one, then:',
    '  dbctl certs rotate --ca --finish',
    '',
  ].join('\n');
}
