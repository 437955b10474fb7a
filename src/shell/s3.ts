// Requests to an object store, made by curl on a host. Keys and URLs (which may hold an id) go to it by standard input.

import { createHash } from 'node:crypto';
import { hostAndPort } from '../cluster/address.ts';
import type { Bucket } from '../cluster/backup.ts';
import type { StoreAnswer } from '../cluster/store-answer.ts';
import { Secret } from '../secret.ts';
import { action, query, type Action, type Query } from './command.ts';

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

// The body is a file because a configuration file of curl cannot hold all bytes. `read` and `printf` are the shell's
// own, so that nothing of it is an argument of a program.
const script = `
set -e
IFS= read -r body
umask 077
place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
cd "$place"
printf %s "$body" | base64 -d > body
code=0
curl -q -K - > answer 2> said || code=$?
if [ "$1" = tell ]; then
  # Only these words of an answer: others may name the key.
  case $code-$(tail -c 16 answer) in 0-*"status=2"*) exit 0 ;; esac
  cat said >&2
  grep -aoE '<(Code|Message)>[^<]*|"(Code|Message)":"[^"]*"' answer >&2
  exit 1
fi
printf '%s\\n' "$code" "$(date +%s)"
head -n 1 said
[ -s said ] || echo
head -c 1000000 answer | base64 -w 0`;

const argv = (verb: 'ask' | 'tell'): readonly string[] => ['sh', '-c', script, 'sh', verb];
const secondsToConnect = 5;
const secondsInAll = 30;
const mark = '\u001e';

/** Asks the store. It always answers, unless the host has no curl; store-link.ts says what the answer means. */
export const askStore = (access: StoreAccess, request: StoreRequest): Query<StoreAnswer> =>
  query(argv('ask'), parseStoreAnswer, { stdin: inputFor(access, request) });

/** For a request that changes something: fails unless the store did it. */
export const tellStore = (access: StoreAccess, request: StoreRequest): Action =>
  action(argv('tell'), { stdin: inputFor(access, request) });

function inputFor({ place, key, caFile, isTrusting }: StoreAccess, request: StoreRequest): Secret {
  const { method, path, body = '', headers = [] } = request;
  const options: readonly (readonly [string, string] | readonly [string])[] = [
    ['url', `https://${hostAndPort(place)}${path}`],
    ['request', method],
    ...(body.length > 0 ? [['data-binary', '@body'] as const] : []),
    ...headers.map((header) => ['header', header] as const),
    ...(key ? [['user', `${key.id.reveal()}:${key.secret.reveal()}`] as const] : []),
    // Older versions of curl (7.88 in Debian 12) sign the body, but do not say so.
    ...(key ? [['header', `x-amz-content-sha256: ${sha256(body)}`] as const] : []),
    ...(key ? [['aws-sigv4', `aws:amz:${place.region}:s3`] as const] : []),
    ...(caFile ? [['cacert', caFile] as const] : []),
    ['noproxy', '*'],
    ['connect-timeout', String(secondsToConnect)],
    ['max-time', String(secondsInAll)],
    ['write-out', `${mark}${isTrusting ? '%{certs}' : ''}\nverify=%{ssl_verify_result} status=%{http_code}`],
    ...(isTrusting ? [['insecure'] as const] : []),
    ['silent'],
    ['show-error'],
    ['include'],
    ['globoff'],
  ];
  const lines = options.map(([name, value]) => (value === undefined ? name : `${name} = ${quoted(value)}`));
  return new Secret(`${Buffer.from(body).toString('base64')}\n${lines.join('\n')}\n`);
}

const sha256 = (body: Buffer | string): string => createHash('sha256').update(body).digest('hex');

/** As curl(1) reads its configuration file. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

export function parseStoreAnswer(stdout: string): StoreAnswer {
  const [code = '', now = '', said = '', answer = ''] = stdout.split('\n');
  const bytes = Buffer.from(answer, 'base64');
  const end = bytes.lastIndexOf(mark);
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, Math.max(0, headEnd));
  const body = bytes.subarray(headEnd < 0 ? 0 : headEnd + 4, Math.max(0, end));
  const facts = bytes.toString('latin1', end + 1);
  const date = /^date: *(.*)$/im.exec(head)?.[1];
  return {
    curlCode: Number(code),
    curlSays: said,
    verifyResult: Number(/verify=(\d+)/.exec(facts)?.[1] ?? 0),
    status: Number(/status=(\d+)/.exec(facts)?.[1] ?? 0),
    errorCode: /<Code>(\w+)<\/Code>/.exec(body.toString())?.[1],
    clockAheadSeconds: date === undefined ? undefined : Date.parse(date) / 1000 - Number(now),
    certificate: /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(facts)?.[0],
    body,
  };
}
