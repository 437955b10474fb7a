import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import {
  askStore,
  askStoreInTurn,
  parseStoreAnswers,
  tellStore,
  type StoreAccess,
} from '../../../src/store/s3-query.ts';

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
    "1
    e30=
    url = "https://[fd00::10]:9000/b?policy="
    request = "PUT"
    data-binary = "@body0"
    header = "x-a: b"
    user = "the-id:se\\"cr\\\\et"
    header = "x-amz-content-sha256: 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    aws-sigv4 = "aws:amz:us-east-1:s3"
    cacert = "/etc/dbctl/shop/_pgbackrest/ca.crt"
    noproxy = "*"
    connect-timeout = "5"
    max-time = "30"
    output = "answer0"
    write-out = "\\nverify=%{ssl_verify_result} status=%{http_code}\\n"
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

test('what is asked in turn ends at the first refusal', () => {
  const list = { method: 'GET', path: '/b?list' } as const;
  const write = { method: 'PUT', path: '/b/o', body: 'text' } as const;

  const input = inputOf(
    askStoreInTurn([
      [access, list],
      [{ ...access, key: undefined }, write],
    ]),
  );

  expect(input.split('\n').slice(0, 3)).toEqual(['2', '', Buffer.from('text').toString('base64')]);
  const [first, second] = input.split('\nnext\n');
  expect(first).toMatch(/user = [^]*output = "answer0"[^]*\nfail-with-body\nfail-early$/);
  expect(second).toMatch(/^url = "https:\/\/\[fd00::10\]:9000\/b\/o"[^]*data-binary = "@body1"[^]*answer1/);
  expect(second).not.toContain('user =');
});

const said = (code: number, says: string, answers: readonly (string | Buffer)[], facts: string): string =>
  [
    code,
    1000000000,
    says,
    ...answers.map((answer) => `answer=${Buffer.from(answer).toString('base64')}`),
    facts,
  ].join('\n');

test('an answer is taken apart, with the clock of who gave it', () => {
  const answer =
    'HTTP/1.1 404 Not Found\r\nDate: Sun, 09 Sep 2001 02:46:40 GMT\r\n\r\n<Error><Code>NoSuchBucket</Code></Error>';
  expect(parseStoreAnswers(said(0, '', [answer], '\nverify=0 status=404\n'))).toEqual([
    {
      curlCode: 0,
      curlSays: '',
      status: 404,
      verifyResult: 0,
      errorCode: 'NoSuchBucket',
      clockAheadSeconds: 3600,
      certificate: undefined,
      body: Buffer.from('<Error><Code>NoSuchBucket</Code></Error>'),
    },
  ]);
});

test('of several answers each is told, and the last one says why there is no other', () => {
  const answers = [
    'HTTP/1.1 200 OK\r\n\r\n<List/>',
    'HTTP/1.1 403 Forbidden\r\n\r\n<Code>AccessDenied</Code>',
  ];
  const facts = '\nverify=0 status=200\n\nverify=0 status=403\n';

  expect(parseStoreAnswers(said(22, 'curl: (22) 403', answers, facts))).toMatchObject([
    { curlCode: 0, status: 200, body: Buffer.from('<List/>'), errorCode: undefined },
    { curlCode: 0, curlSays: '', status: 403, errorCode: 'AccessDenied' },
  ]);
  const cut = said(
    56,
    'curl: (56) reset',
    answers.slice(0, 1),
    '\nverify=0 status=200\n\nverify=0 status=0\n',
  );
  expect(parseStoreAnswers(cut)).toMatchObject([
    { curlCode: 0, curlSays: '', status: 200 },
    { curlCode: 56, curlSays: 'curl: (56) reset', status: 0 },
  ]);
});

test('bytes that are no text arrive as they are', () => {
  const zip = Buffer.from([0x50, 0x4b, 0xff, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0x1e, 0x01]);
  const answer = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), zip]);
  expect(parseStoreAnswers(said(0, '', [answer], '\nverify=0 status=200\n'))[0].body).toEqual(zip);
});

test('a request that curl could not make is an answer, with the reason of curl', () => {
  const [answer] = parseStoreAnswers(said(60, 'curl: (60) expired', [], '\nverify=10 status=000\n'));
  expect(answer).toMatchObject({ curlCode: 60, curlSays: 'curl: (60) expired', verifyResult: 10, status: 0 });
  expect(answer.clockAheadSeconds).toBeUndefined();
});

test('the certificate that was shown is told', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  const [answer] = parseStoreAnswers(said(0, '', [''], `Subject:x\n${pem}\n\nverify=18 status=403\n`));
  expect(answer).toMatchObject({ certificate: pem, verifyResult: 18, status: 403 });
});

test('without curl there is not even that', () => {
  expect(parseStoreAnswers('127\n1\nsh: curl: not found\n')).toMatchObject([{ curlCode: 127, status: 0 }]);
});
