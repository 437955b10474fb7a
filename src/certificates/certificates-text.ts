import type { CertificatesReport, CertificateStatus } from './certificate-status-facts.ts';
import { shorten, tableText } from '../ui/text.ts';
import type { Cluster } from '../model/cluster.ts';
import type { RotationRequest, RotationWork } from '../pki/rotation.ts';
import { shownPath } from '../config/shown-path.ts';

/** What is left of 80 columns for the names, with every other column at its widest. */
const longestNames = 22;

/** One line a certificate, at most 80 columns wide, then what is wrong and what to do about it. */
export function certificatesText(report: CertificatesReport): string {
  const rows = [...report.certificates, ...report.authorities].map((row) => cells(row));
  const problems = problemsIn(report);
  return [
    tableText(rows, { head: ['HOST', 'PORT', 'WHAT', 'DAYS', 'CA', 'SHOWN', 'NAMES'], gap: ' ' }),
    ...(report.rotation ? [`\n${report.rotation === 'overlap' ? twoAuthorities : unfinished}`] : []),
    ...report.unknown.map(({ host, why }) => `\nnot known: ${host}: ${why}`),
    ...(problems.length > 0 ? ['', ...problems, ...nextSteps(report).map((step) => `→ ${step}`)] : []),
    '',
  ].join('\n');
}

/** "pg1 PostgreSQL: it ends in 3 days" */
export const problemsIn = ({
  certificates,
  authorities,
  copyProblems,
}: CertificatesReport): readonly string[] => [
  ...[...certificates, ...authorities].flatMap(({ host, what, problems }) =>
    problems.map((problem) => `${host} ${what}: ${problem}`),
  ),
  ...copyProblems,
];

/** What puts it right. */
export const nextSteps = ({
  certificates,
  authorities,
  copyProblems,
}: CertificatesReport): readonly string[] => {
  const silent = certificates.filter(({ shown }) => shown === 'nothing');
  const isMore = certificates.some(({ shown, problems }) => problems.length > (shown === 'nothing' ? 1 : 0));
  return [
    ...silent.map(({ host, what }) => `find out why ${what} does not answer: ${logsOf(host, what)}`),
    ...(isMore || copyProblems.length > 0 ? ['replace the certificates: dbctl certs rotate'] : []),
    ...(authorities.some(({ problems }) => problems.length > 0)
      ? ['replace the CA: dbctl certs rotate --ca']
      : []),
  ];
};

const logsOf = (host: string, what: string): string =>
  what === 'PostgreSQL' ? `dbctl logs ${host}` : `on ${host}, journalctl -n 50 -u 'dbctl-*'`;

const cells = ({ host, port, what, daysLeft, authority, shown, names }: CertificateStatus): string[] => [
  shorten(host, 12),
  port === undefined ? '' : String(port),
  what,
  daysLeft === undefined ? '' : String(daysLeft),
  authority ?? '',
  shown ?? '',
  names === undefined ? 'not set up' : shorten(names.join(', '), longestNames),
];

const unfinished = 'A rotation was interrupted; finish it: dbctl certs rotate';

const twoAuthorities =
  'Two CAs are trusted. When no client uses the old CA file: dbctl certs rotate --ca --finish';

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
