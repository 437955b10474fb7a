// Speaks just enough of PostgreSQL's protocol (chapter "Message Flow" of its manual) to be logged in to, or not.

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Behaviour {
  /** "silent" takes the connection and says nothing, as a host behind a dropping firewall does. */
  readonly tls: 'silent' | 'no' | { readonly certificate: string; readonly key: string };
  /** Answers every login with this SQLSTATE; without it every login is welcome. */
  readonly refuseWith?: string;
}

export interface PostgresServer {
  readonly port: number;
  /** The parameters of each startup message: user, database, options … */
  readonly logins: readonly Readonly<Record<string, string>>[];
  close(): void;
}

export async function startPostgres({ tls, refuseWith }: Behaviour): Promise<PostgresServer> {
  const logins: Record<string, string>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (tls === 'silent') return;
    socket.once('data', () => {
      if (tls === 'no') {
        socket.write('N');
        return;
      }
      socket.write('S');
      const secure = new TLSSocket(socket, { isServer: true, cert: tls.certificate, key: tls.key });
      secure.on('error', () => {});
      secure.once('data', (bytes) => {
        logins.push(parametersOf(bytes));
        secure.write(refuseWith ? refusal(refuseWith) : welcome());
      });
    });
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  return {
    port: (server.address() as AddressInfo).port,
    logins,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function parametersOf(startup: Buffer): Record<string, string> {
  const words = startup.toString('utf8', 8).split('\0');
  return Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 && word ? [[word, words[index + 1] ?? '']] : [])),
  );
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const welcome = (): Buffer =>
  Buffer.concat([message('R', Buffer.from([0, 0, 0, 0])), message('Z', Buffer.from('I'))]);

const refusal = (sqlState: string): Buffer =>
  message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0Mworded in any language\0\0`));
