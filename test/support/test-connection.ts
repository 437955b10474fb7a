import { once } from 'node:events';
import ssh2 from 'ssh2';
import { dial } from '../../src/host/connect.ts';
import { connectionOver } from '../../src/host/connection.ts';
import { sshHost } from '../../src/host/ssh-host.ts';
import { startSshServer, type SshServerOptions } from './ssh-server.ts';

/** An SshHost on an SSH server in this process. Its commands run as the account of the test, which stands in for root. */
export async function sshHostOnTestServer(name: string, options: SshServerOptions = {}) {
  const server = await startSshServer(options);
  const login = async () => {
    const client = new ssh2.Client();
    client.connect({ sock: await dial('127.0.0.1', server.port), username: 'test', password: 'test' });
    await once(client, 'ready');
    return client;
  };
  const connection = connectionOver(await login(), name, login);
  return {
    server,
    connection,
    host: sshHost(name, connection, 'root'),
    stop() {
      connection.end();
      server.stop();
    },
  };
}
