// Whether a host reaches others, tried from that host itself, all at once.

import * as v from 'valibot';
import { canonical, hostAndPort } from '../model/address.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { scriptFile, sh } from '../host/script.ts';
import { fieldsIn } from '../model/answers.ts';

/** What a host saw of one link. */
export type TriedLink = ReturnType<typeof parseTried>;

/** A link to try. */
export interface LinkToTry {
  readonly host: string;
  readonly port: number;
  readonly service: Service;
  /** The CA that its certificate is judged by; "": those that the host trusts anyway; undefined: it is not judged there. */
  readonly caFile: string | undefined;
}

const patienceSeconds = '2';

/** No file. */
const notJudged = '-';

/** For each link in the order given. A host without Perl tries none. */
export const tryLinks = (links: readonly LinkToTry[]): Query<readonly TriedLink[]> =>
  loneQuery(
    [
      ...sh('command -v perl >/dev/null || exit 0; exec perl -e "$@"', scriptFile('system/try-links.pl')),
      ...['--', patienceSeconds, ...links.flatMap(wordsOf)],
    ],
    (stdout) => parseTriedLinks(stdout, links.length),
    { timeoutMs: 60_000 },
  );

function wordsOf({ host, port, service, caFile }: LinkToTry): readonly string[] {
  const name = canonical(host);
  const target = hostAndPort({ host: name, port });
  return [name, String(port), target, service, caFile ?? notJudged];
}

export function parseTriedLinks(stdout: string, count: number): readonly TriedLink[] {
  const lines = fieldsIn(stdout).all('link');
  return Array.from({ length: count }, (_, index) => parseTried(lines[index] ?? 'not tried'));
}

function parseTried(line: string) {
  const [state = '', judged, hex = ''] = line.split('|');
  const said = Buffer.from(hex, 'hex').toString('utf8');
  const [shown] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/.exec(said) ?? [];
  const isTrusted = /^\s*Verify return code: 0 /m.test(said);
  return {
    state: v.parse(LinkState, state),
    /** PEM of what the port shows; undefined when nothing answers there with TLS. */
    shown,
    /** Whether the CAs that it was judged by signed it; undefined without them, or without a certificate. */
    isTrusted: judged === '1' && shown !== undefined ? isTrusted : undefined,
  };
}

/** How a connection went. "refused": the host answers, and nothing listens there (or a firewall says so). */
const LinkState = v.picklist(['open', 'refused', 'silent', 'no route', 'unknown name', 'not tried']);
export type LinkState = v.InferOutput<typeof LinkState>;
export type Service = 'postgres' | 'pgbackrest' | 'store' | 'role' | 'etcd' | 'patroni';
