// Does a certificate end soon that backups, replication or applications rest on?

import type { BackupSight, CertificateSight } from './backup-facts.ts';
import { finding, type Finding } from '../../model/finding.ts';

const day = 86_400;

/** `dbctl backup setup` and `certs rotate` renew one with fewer days left. */
const warnSeconds = 30 * day;

/** The renewal that helps: a CA takes more than its certificates. */
const renewal = (what: string): string =>
  what === 'CA' ? 'make a new one: dbctl certs rotate --ca' : 'renew it: dbctl certs rotate';

/** Names those that end soon or have ended; otherwise the one that ends first. */
export function checkCertificates({ control, nodes, now }: BackupSight): readonly Finding[] {
  const all = [...(control?.certificates ?? []), ...nodes.flatMap(({ certificates }) => certificates)];
  const [first] = all.toSorted((one, other) => one.endsAt - other.endsAt);
  if (first === undefined) return [];
  const ending = all.filter(({ endsAt }) => endsAt - now < warnSeconds);
  if (ending.length > 0) return ending.map((one) => judge(one, now));
  const days = Math.floor((first.endsAt - now) / day);
  return [finding({ check: 'certificates' }, 'ok', `no certificate ends in the next ${days} days`)];
}

function judge({ host, what, endsAt }: CertificateSight, now: number): Finding {
  const about = { check: 'certificates' };
  const which = `${host}: the certificate of ${what}`;
  const days = Math.floor(Math.abs(endsAt - now) / day);
  const next = ['see all of them: dbctl certs status', renewal(what)];
  return endsAt <= now
    ? finding(about, 'critical', `${which} ended ${days} days ago`, next)
    : finding(about, 'warning', `${which} ends in ${days} days`, next);
}
