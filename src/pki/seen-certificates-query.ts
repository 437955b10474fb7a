// What certificates a host has in its files and shows on its ports, in one question.

import { canonical, hostAndPort, isIpAddress } from '../model/address.ts';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { fieldsIn } from '../model/answers.ts';

/** A port on which certificates are shown: at once, or after PostgreSQL's own request for TLS. */
export interface Port {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'postgres' | 'tls';
}

export interface LookedFor {
  readonly place: { readonly certificate: string; readonly key: string; readonly authority: string };
  readonly port: Port | undefined;
}

export type SeenCertificate = ReturnType<typeof parseSeen>[number];

/** For each credential in the order given. openssl is there: PostgreSQL's packages bring it. */
export const seenCertificates = (wanted: readonly LookedFor[]): Query<readonly SeenCertificate[]> =>
  query(script('backup/seen-certificates.sh', ...wanted.flatMap(wordsOf)), (stdout) => {
    const seen = parseSeen(stdout);
    if (seen.length !== wanted.length)
      throw new Error(`${seen.length} answers to ${wanted.length} questions`);
    return seen;
  });

const wordsOf = ({ place, port }: LookedFor): readonly string[] => [
  place.certificate,
  place.key,
  place.authority,
  port === undefined ? '' : hostAndPort({ ...port, host: canonical(port.host) }),
  port?.protocol ?? '',
  port === undefined || isIpAddress(port.host) ? '' : port.host,
];

export function parseSeen(stdout: string) {
  const [certificates, authorities, pairs, shown] = ['certificate', 'authority', 'pair', 'shown'].map(
    fieldsIn(stdout).all,
  );
  return certificates!.map((certificate, index) => ({
    /** PEM; undefined when there is no such file. */
    certificate: decode(certificate),
    authority: decode(authorities?.[index]),
    /** Whether the key is there and the certificate's own. */
    isPair: pairs?.[index] === 'yes',
    /** PEM of what the port shows; undefined when nothing answers there with TLS. */
    shown: decode(shown?.[index]),
  }));
}

const decode = (text: string | undefined): string | undefined =>
  text ? Buffer.from(text, 'base64').toString('utf8') : undefined;
