// Whether a host reaches others, tried from that host itself, all at once.

import { canonical, hostAndPort } from '../model/address.ts';
import { loneQuery, type Query } from '../host/command.ts';

/** What a host saw of one link. */
export interface TriedLink {
  readonly state: LinkState;
  /** PEM of what the port shows; undefined when nothing answers there with TLS. */
  readonly shown: string | undefined;
  /** Whether the CAs that it was judged by signed it; undefined without them, or without a certificate. */
  readonly isTrusted: boolean | undefined;
}

/** A link to try. */
export interface LinkToTry {
  readonly host: string;
  readonly port: number;
  readonly service: Service;
  /** The CA that its certificate is judged by; "": those that the host trusts anyway; undefined: it is not judged there. */
  readonly caFile: string | undefined;
}

// Perl is on every Debian and Ubuntu, and tells how a connection failed by number. Five words for each link.
const script = String.raw`
use strict; use Socket qw(:DEFAULT getaddrinfo); use Errno; use Fcntl;
my $patience = shift; my @tries;
sub attempt {
  my ($address) = @_;
  socket(my $socket, $address->{family}, SOCK_STREAM, 0) or return 'no route';
  fcntl($socket, F_SETFL, O_NONBLOCK);
  my $error = 0;
  if (!connect($socket, $address->{addr})) {
    $error = $! + 0;
    if ($!{EINPROGRESS}) {
      vec(my $wanted = '', fileno($socket), 1) = 1;
      select(undef, $wanted, undef, $patience) or return 'silent';
      $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
    }
  }
  return 'open' if $error == 0;
  $! = $error;
  return $!{ECONNREFUSED} || $!{ECONNRESET} ? 'refused' : $!{ETIMEDOUT} ? 'silent' : 'no route';
}
sub look {
  my ($host, $port, $target, $start, $ca) = @_;
  my ($problem, @addresses) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
  return 'unknown name' if $problem;
  my $state = 'silent';
  for my $address (@addresses) { $state = attempt($address); last if $state eq 'open' }
  return $state if $state ne 'open';
  my @start = $start eq 'postgres' ? ('-starttls', 'postgres') : ();
  my @name = $host =~ /:|^[\d.]+$/ ? ('-noservername') : ('-servername', $host);
  my @ca = $ca ne '' && -r $ca ? ('-CAfile', $ca) : ();
  open(STDIN, '<', '/dev/null'); open(STDERR, '>', '/dev/null');
  open(my $said, '-|', 'timeout', '4', 'openssl', 's_client', '-connect', $target, @start, @name, @ca) or return $state;
  read($said, my $text, 65536);
  my $hex = unpack('H*', $text // '');
  return $state . '|' . ($ca eq '' || @ca ? 1 : 0) . '|' . $hex;
}
while (@ARGV) {
  my @words = splice(@ARGV, 0, 5);
  my $child = open(my $answer, '-|');
  if (!$child) { alarm(8); print look(@words); exit 0 }
  push @tries, $answer;
}
for my $answer (@tries) { my $line = <$answer>; print 'link=', $line // 'silent', "\n" }
`;

const patienceSeconds = '2';

/** No file. */
const notJudged = '-';

/** For each link in the order given. A host without Perl tries none. */
export const tryLinks = (links: readonly LinkToTry[]): Query<readonly TriedLink[]> =>
  loneQuery(
    [
      ...['sh', '-c', 'command -v perl >/dev/null || exit 0; exec perl -e "$@"', 'sh', script],
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
  const lines = [...stdout.matchAll(/^link=(.*)$/gm)].map((match) => match[1]!);
  return Array.from({ length: count }, (_, index) => parseTried(lines[index] ?? 'not tried'));
}

function parseTried(line: string): TriedLink {
  const [state = '', judged, hex = ''] = line.split('|');
  const said = Buffer.from(hex, 'hex').toString('utf8');
  const [shown] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/.exec(said) ?? [];
  const isTrusted = /^\s*Verify return code: 0 /m.test(said);
  return {
    state: state as LinkState,
    shown,
    isTrusted: judged === '1' && shown !== undefined ? isTrusted : undefined,
  };
}

/** How a connection went. "refused": the host answers, and nothing listens there (or a firewall says so). */
export type LinkState = 'open' | 'refused' | 'silent' | 'no route' | 'unknown name' | 'not tried';
export type Service = 'postgres' | 'pgbackrest' | 'store';
