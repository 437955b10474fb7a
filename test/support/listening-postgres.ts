// A PostgreSQL server as far as the first query: it asks for the password in clear text, lets everybody in, and
// remembers what libpq said (chapter "Message Flow" of PostgreSQL's manual).

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SeenLogin {
  /** user, database, application_name … */
  readonly parameters: Readonly<Record<string, string>>;
  readonly password: string;
}

export async function listeningPostgres() {
  const logins: SeenLogin[] = [];
  const server = createServer({ noDelay: true }, (socket) => welcome(socket, logins));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, logins, close: () => server.close() };
}

function welcome(socket: Socket, logins: SeenLogin[]): void {
  let waiting = Buffer.alloc(0);
  let parameters: Record<string, string> | undefined;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    if (parameters === undefined) {
      if (waiting.length < 4 || waiting.length < waiting.readInt32BE(0)) return;
      parameters = parametersOf(waiting.toString('utf8', 8, waiting.readInt32BE(0)));
      waiting = waiting.subarray(waiting.readInt32BE(0));
      socket.write(message('R', Buffer.from([0, 0, 0, 3])));
    }
    if (waiting[0] !== 'p'.charCodeAt(0) || waiting.length < 1 + waiting.readInt32BE(1)) return;
    logins.push({ parameters, password: waiting.toString('utf8', 5, waiting.readInt32BE(1)) });
    waiting = Buffer.alloc(0);
    socket.write(Buffer.concat(inside));
  });
}

const parametersOf = (text: string): Record<string, string> => {
  const words = text.split('\0');
  const pairs = words.flatMap((word, index) => (index % 2 === 0 && word ? [[word, words[index + 1]!]] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
};

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const status = (name: string, value: string): Buffer => message('S', Buffer.from(`${name}\0${value}\0`));
const inside = [
  message('R', Buffer.alloc(4)),
  status('server_version', '17.0'),
  status('client_encoding', 'UTF8'),
  status('standard_conforming_strings', 'on'),
  message('Z', Buffer.from('I')),
];
