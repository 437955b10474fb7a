import { expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { askStore, parseStoreAnswer, tellStore, type StoreAccess } from '../../../src/shell/s3.ts';

const access: StoreAccess = {
  place: { host: 'fd00::10', port: 9000, region: 'us-east-1' },
  key: { id: new Secret('the-id'), secret: new Secret(String.raw`se"cr\et`) },
  caFile: '/etc/dbctl/shop/_pgbackrest/ca.crt',
};
const inputOf = (command: { stdin?: string | Secret }): string => (command.stdin as Secret).reveal();

test('id, secret, address and body go to curl by standard input, quoted as it reads them', () => {
  const request = { method: 'PUT', path: '/b?policy=', body: '{}', headers: ['x-a: b'] } as const;

  const { argv } = tellStore(access, request);

  expect(argv.join(' ')).not.toMatch(/the-id|cr.et|fd00/);
  expect(inputOf(tellStore(access, request))).toMatchInlineSnapshot(`
    "e30=
    url = "https://[fd00::10]:9000/b?policy="
    request = "PUT"
    data-binary = "@body"
    header = "x-a: b"
    user = "the-id:se\\"cr\\\\et"
    header = "x-amz-content-sha256: 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    aws-sigv4 = "aws:amz:us-east-1:s3"
    cacert = "/etc/dbctl/shop/_pgbackrest/ca.crt"
    noproxy = "*"
    connect-timeout = "5"
    max-time = "30"
    write-out = "\\nverify=%{ssl_verify_result} status=%{http_code}"
    silent
    show-error
    include
    globoff
    "
  `);
});

test('who takes any certificate shows no key', () => {
  const input = inputOf(
    askStore(
      { ...access, key: undefined, caFile: undefined, isTrusting: true },
      { method: 'GET', path: '/' },
    ),
  );
  expect(input).toContain('\ninsecure\n');
  expect(input).not.toMatch(/user =|aws-sigv4|cacert/);
});

const said = (code: number, says: string, answer: string): string =>
  `${code}\n1000000000\n${says}\n${Buffer.from(answer).toString('base64')}`;

test('an answer is taken apart, with the clock of who gave it', () => {
  const answer =
    'HTTP/1.1 404 Not Found\r\nDate: Sun, 09 Sep 2001 02:46:40 GMT\r\n\r\n<Error><Code>NoSuchBucket</Code></Error>\u001e\nverify=0 status=404';
  expect(parseStoreAnswer(said(0, '', answer))).toMatchObject({
    curlCode: 0,
    status: 404,
    verifyResult: 0,
    errorCode: 'NoSuchBucket',
    clockAheadSeconds: 3600,
    certificate: undefined,
    body: Buffer.from('<Error><Code>NoSuchBucket</Code></Error>'),
  });
});

test('bytes that are no text arrive as they are', () => {
  const zip = Buffer.from([0x50, 0x4b, 0xff, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0x1e, 0x01]);
  const answer = Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
    zip,
    Buffer.from('\u001e\nverify=0 status=200'),
  ]);
  expect(parseStoreAnswer(`0\n1\n\n${answer.toString('base64')}`).body).toEqual(zip);
});

test('no answer is an answer too', () => {
  const answer = parseStoreAnswer(said(60, 'curl: (60) expired', '\u001e\nverify=10 status=000'));
  expect(answer).toMatchObject({ curlCode: 60, curlSays: 'curl: (60) expired', verifyResult: 10, status: 0 });
  expect(answer.clockAheadSeconds).toBeUndefined();
});

test('without curl there is not even that', () => {
  expect(parseStoreAnswer('127\n1\nsh: curl: not found\n')).toMatchObject({ curlCode: 127, status: 0 });
});
