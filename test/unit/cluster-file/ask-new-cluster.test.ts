import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Answers } from '../../../src/cluster-file/new-cluster.ts';
import { InterruptedError } from '../../../src/model/errors.ts';
import { askNewCluster } from '../../../src/cluster-file/ask-new-cluster.ts';
import { askAt } from '../../../src/ui/questions.ts';

const nothing: Answers = { name: 'main', hosts: [] };

/** What is answered by a person who types these lines at a terminal, and what that person saw. */
async function answering(
  lines: readonly string[],
  given: Answers = nothing,
): Promise<{ answers: Answers; screen: string }> {
  const input = new PassThrough();
  const left = [...lines];
  let screen = '';
  const terminal = new Writable({
    write: (chunk, _encoding, done) => {
      screen += String(chunk);
      done();
      // The end of a prompt: the cursor is placed behind it.
      if (!/: .\[\d+G$/s.test(screen)) return;
      if (left.length > 0) setImmediate(() => input.write(`${left.shift()}\r`));
      else input.end();
    },
  });
  const asking = askAt(input, terminal);
  const said = new Set(Object.keys(given).filter((key) => key !== 'name' || given.name !== 'main'));
  try {
    const answers = await askNewCluster(given, said, '.env.cluster', asking);
    return { answers, screen };
  } finally {
    asking.close();
  }
}

test('Enter takes what stands in brackets', async () => {
  const { answers, screen } = await answering([
    '10.0.0.11 pg2=10.0.0.12',
    ...Array.from({ length: 7 }, () => ''),
  ]);

  expect(answers).toMatchObject({
    hosts: ['10.0.0.11', 'pg2=10.0.0.12'],
    name: 'main',
    sshUser: undefined,
    allow: undefined,
    control: 'local',
    repository: 'none',
    database: 'main',
    postgresVersion: '17',
  });
  expect(screen).toContain('Name of the cluster [main]: ');
  expect(screen).toContain('[from ~/.ssh/config]: ');
});

test('a wrong answer is asked for again, with what is wrong', async () => {
  const { answers, screen } = await answering([
    '',
    '10.0.0.11,10.0.0.11',
    '10.0.0.11',
    'Shop',
    'shop',
    ...['', '10.0.1.0/24', '10.0.0.10', 'tape', '', '', ''],
  ]);

  expect(answers).toMatchObject({ name: 'shop', allow: '10.0.1.0/24', repository: 'posix' });
  expect(screen).toContain('  please answer\n');
  expect(screen).toContain('  10.0.0.11:5432 is given twice\n');
  expect(screen).toContain('  expected lower-case letters, digits and -');
  expect(screen).toContain('  expected minio, versitygw, s3 or posix, got "tape"');
});

test('what the command line says is not asked for', async () => {
  const given: Answers = {
    ...nothing,
    hosts: ['10.0.0.11'],
    name: 'shop',
    sshUser: 'root',
    allow: '10.0.1.0/24',
  };
  const { screen } = await answering(['10.0.0.10', 'none', '', ''], given);

  expect(screen).not.toMatch(/Hosts|Name of|SSH|Networks/);
  expect(screen).toContain('Control host');
});

test('the key to a store is asked for and not shown', async () => {
  const { answers, screen } = await answering([
    ...['10.0.0.11', 'shop', '', '', '', 's3', 'store.example.net', '', ''],
    ...['hush-id', 'hush-key-of-it', '', ''],
  ]);

  expect(answers.accessKey?.reveal()).toBe('hush-id');
  expect(answers.secretKey?.reveal()).toBe('hush-key-of-it');
  expect(screen).toContain('The key itself: ');
  expect(screen).not.toContain('hush');
});

test('an end of the answers is no answer', async () => {
  await expect(answering(['10.0.0.11'])).rejects.toThrow(InterruptedError);
  await expect(answering(['10.0.0.11', '\u0003'])).rejects.toMatchObject({ exitCode: 130 });
});

test('backups on a control host need one, which is said at once', async () => {
  const { screen } = await answering(['10.0.0.11', ...['', '', '', ''], 'posix', 'none', '', '']);

  expect(screen).toContain('  --control must be an address that the data hosts can reach');
});

test('flags that are wrong are told before anything is asked', async () => {
  const given: Answers = { ...nothing, sshPort: '0', postgresVersion: '9' };

  await expect(answering([], given)).rejects.toMatchObject({
    message: 'nothing was written: 2 problems',
    why: expect.stringMatching(/^--ssh-port: .*\n--postgres-version: /) as unknown,
  });
});
