// What pgBackRest says when a link between two hosts fails. Its exit codes do not tell links apart; the class of error
// that it puts in brackets does (its src/build/error/error.yaml).

interface LinkProblem {
  /** The class in brackets. */
  readonly error: string;
  readonly meaning: string;
  readonly next: string;
}

const noAnswer: LinkProblem = {
  error: 'HostConnectError',
  meaning: 'no answer: the TLS server is down, or a firewall blocks the connection',
  next: "check on that host: systemctl status 'dbctl-pgbackrest-*'",
};

const table: readonly LinkProblem[] = [
  noAnswer,
  {
    error: 'CryptoError',
    meaning: 'the certificate presented there is not one of this cluster for that name',
    next: 'see every certificate: dbctl certs status',
  },
  {
    error: 'ServiceError',
    meaning: 'it answers, but is neither pgBackRest nor an object store',
    next: 'check what listens on that port there: ss -ltnp',
  },
  {
    error: 'AccessError',
    meaning: 'it does not know the certificate of this host (tls-server-auth)',
    next: 'write its configuration again: dbctl backup setup',
  },
  {
    error: 'ProtocolError',
    meaning: 'the two hosts run different versions of pgBackRest',
    next: 'compare them: pgbackrest version',
  },
  {
    error: 'HostInvalidError',
    meaning: 'the host does not match its configuration',
    next: 'write the configuration again: dbctl backup setup',
  },
];

export interface LinkComplaint extends LinkProblem {
  readonly complaint: string;
}

/** Those of pgBackRest's complaints that speak of a link, with what they mean. */
export const linkComplaints = (complaints: readonly string[]): readonly LinkComplaint[] =>
  complaints.flatMap((complaint) => {
    const found = table.find(({ error }) => complaint.includes(`[${error}]`));
    return found ? [{ ...found, complaint }] : [];
  });

/** The same, of a port ("10.0.0.11:8432") that was tried without pgBackRest; `how` is "refused", "silent". */
export const noAnswerFrom = (place: string, how: string): LinkComplaint => ({
  ...noAnswer,
  complaint: `unable to connect to '${place}': ${how}`,
});
