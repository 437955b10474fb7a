import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { CommandError } from '../../src/model/errors.ts';
import { localHost } from '../../src/host/local-host.ts';
import { fakeHost } from '../support/fake-host.ts';
import { hostContract } from '../support/host-contract.ts';
import { sshHostOnTestServer } from '../support/test-connection.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const ssh = await sshHostOnTestServer('pg1');
afterAll(() => {
  ssh.stop();
  rmSync(directory, { recursive: true });
});

const fake = fakeHost({}, ([program = '', ...words], stdin) => {
  if (program === 'echo') return `${words.join(' ')}\n`;
  if (program === 'printf') return `${words[1]}|`;
  if (program === 'cat') return stdin;
  throw new CommandError({ what: 'a command failed' });
});

hostContract('fake', fake.host, directory);
// 'root' means: nothing has to be done to become root. The test's own account stands in for it.
hostContract('local', localHost('here', 'root'), directory);
hostContract('ssh', ssh.host, directory);
