// Requests to an object store, made by curl on a host. Keys and URLs (which may hold an id) go to it by standard input.

import { createHash } from 'node:crypto';
import { hostAndPort } from '../model/address.ts';
import type { Bucket } from '../model/backup.ts';
import { Secret } from '../model/secret.ts';
import { action, type Action, loneQuery, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';

export interface StoreKey {
  readonly id: Secret;
  readonly secret: Secret;
}

export interface StoreRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Begins with "/"; a path and a query as they are sent, escaped. */
  readonly path: string;
  readonly body?: Buffer | string;
  readonly headers?: readonly string[];
}

/** Where requests go, who makes them, and which CA the store's certificate is judged by (the host's own without one). */
export interface StoreAccess {
  readonly place: Pick<Bucket, 'host' | 'port' | 'region'>;
  readonly key: StoreKey | undefined;
  readonly caFile: string | undefined;
  /** Takes any certificate, and answers it: to say what is wrong with it. Never with a key. */
  readonly isTrusting?: boolean;
}

const argv = (verb: 'ask' | 'tell'): readonly string[] => script('store/ask-store.sh', verb);
const secondsToConnect = 5;
const secondsInAll = 30;

/** One request, and who makes it. */
export type StoreQuestion = readonly [StoreAccess, StoreRequest];

/** Asks the store. It always answers, unless the host has no curl; store-link.ts says what the answer means. */
export const askStore = (access: StoreAccess, request: StoreRequest): Query<StoreAnswer> => {
  const stdin = inputFor([[access, request]]);
  return loneQuery(argv('ask'), (stdout) => parseStoreAnswers(stdout)[0], { stdin });
};

/** Asks one after another over one connection, up to the first that fails or is refused. At least one answer. */
export const askStoreInTurn = (questions: readonly StoreQuestion[]): Query<readonly StoreAnswer[]> =>
  loneQuery(argv('ask'), parseStoreAnswers, {
    stdin: inputFor(questions, [['fail-with-body'], ['fail-early']]),
  });

/** For a request that changes something: fails unless the store did it. */
export const tellStore = (access: StoreAccess, request: StoreRequest): Action =>
  action(argv('tell'), { stdin: inputFor([[access, request]]) });

type Option = readonly [string, string] | readonly [string];

function inputFor(questions: readonly StoreQuestion[], more: readonly Option[] = []): Secret {
  const bodies = questions.map(([, { body = '' }]) => Buffer.from(body).toString('base64'));
  const transfers = questions.map((question, index) =>
    [...optionsFor(question, index), ...more]
      .map(([name, value]) => (value === undefined ? name : `${name} = ${quoted(value)}`))
      .join('\n'),
  );
  return new Secret(`${[questions.length, ...bodies, transfers.join('\nnext\n')].join('\n')}\n`);
}

function optionsFor([access, request]: StoreQuestion, index: number): readonly Option[] {
  const { place, key, caFile, isTrusting } = access;
  const { method, path, body = '', headers = [] } = request;
  return [
    ['url', `https://${hostAndPort(place)}${path}`],
    ['request', method],
    ...(body.length > 0 ? [['data-binary', `@body${index}`] as const] : []),
    ...headers.map((header) => ['header', header] as const),
    ...(key ? [['user', `${key.id.reveal()}:${key.secret.reveal()}`] as const] : []),
    // Older versions of curl (7.88 in Debian 12) sign the body, but do not say so.
    ...(key ? [['header', `x-amz-content-sha256: ${sha256(body)}`] as const] : []),
    ...(key ? [['aws-sigv4', `aws:amz:${place.region}:s3`] as const] : []),
    ...(caFile ? [['cacert', caFile] as const] : []),
    ['noproxy', '*'],
    ['connect-timeout', String(secondsToConnect)],
    ['max-time', String(secondsInAll)],
    ['output', `answer${index}`],
    ['write-out', `${isTrusting ? '%{certs}' : ''}\nverify=%{ssl_verify_result} status=%{http_code}\n`],
    ...(isTrusting ? [['insecure'] as const] : []),
    ['silent'],
    ['show-error'],
    ['include'],
    ['globoff'],
  ];
}

const sha256 = (body: Buffer | string): string => createHash('sha256').update(body).digest('hex');

/** As curl(1) reads its configuration file. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** curl's word for a status of 400 and above, where it was told to end there: the status itself says more. */
const wasRefused = '22';

/** One for each request that was made; the last of them is the one that curl's exit code is about. */
export function parseStoreAnswers(stdout: string) {
  const [code = '', now = '', said = ''] = stdout.split('\n');
  const end = code === wasRefused ? answered : { curlCode: Number(code), curlSays: said };
  const answers = [...stdout.matchAll(/^answer=(.*)$/gm)].map(([, text]) => Buffer.from(text!, 'base64'));
  const facts = [...stdout.matchAll(/^verify=(\d+) status=(\d+)$/gm)];
  const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(stdout)?.[0];
  const answerOf = (index: number, how: typeof end) => ({
    ...how,
    /** OpenSSL's verdict on the certificate (X509_V_…): 0 is fine as far as it goes; names are curl's own affair. */
    verifyResult: Number(facts[index]?.[1] ?? 0),
    /** HTTP status; 0 without an answer. */
    status: Number(facts[index]?.[2] ?? 0),
    /** The certificate it showed (PEM), when that was asked for and curl can tell. */
    certificate,
    ...contentOf(answers[index] ?? Buffer.alloc(0), Number(now)),
  });
  const last = Math.max(0, facts.length - 1);
  const earlier = facts.slice(0, last).map((_, index) => answerOf(index, answered));
  const [first, ...others] = [...earlier, answerOf(last, end)];
  return [first, ...others] as const;
}

/** What one request to an object store came to, seen from the host that made it. */
export type StoreAnswer = ReturnType<typeof parseStoreAnswers>[number];

/** curl's exit code, 0 when the store answered, whatever it said; and curl's words for it. */
const answered = { curlCode: 0, curlSays: '' };

/** What the head and the body of an answer say. */
function contentOf(answer: Buffer, now: number) {
  const headEnd = answer.indexOf('\r\n\r\n');
  const head = answer.toString('latin1', 0, Math.max(0, headEnd));
  const body = answer.subarray(headEnd < 0 ? 0 : headEnd + 4);
  const date = /^date: *(.*)$/im.exec(head)?.[1];
  return {
    /** The code of the S3 error: "NoSuchBucket". */
    errorCode: /<Code>(\w+)<\/Code>/.exec(body.toString())?.[1],
    /** How far the store's clock is ahead of the host's, in seconds; undefined without an answer. */
    clockAheadSeconds: date === undefined ? undefined : Date.parse(date) / 1000 - now,
    body,
  };
}
