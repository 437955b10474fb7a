import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';

/** What the server does instead of running a command, to see what a client makes of it. */
export type Misbehaviour = 'no exit status' | 'answer at once';

export interface SshServerOptions {
  /** Public keys that may log in, as in authorized_keys; anybody without it. */
  readonly authorizedKeys?: readonly string[];
  readonly hostKey?: string;
  /** After so many it hangs up, as sshd does after MaxAuthTries; any number without it. */
  readonly mostAttempts?: number;
  /** Refuses sessions of a connection beyond so many, as sshd does after MaxSessions; any number without it. */
  readonly mostSessions?: number;
  /** Shown before the login. */
  readonly banner?: string;
  /** Answers a command instead of the shell; undefined lets the shell run it. */
  readonly answer?: (command: string) => ((channel: ServerChannel) => void) | undefined;
}

/** A new key pair. One in 140 that ssh2 makes cannot be read again, by ssh2 itself neither; those are made anew. */
export function newKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** A real SSH server in this process; its commands run in a real shell on this machine, as the account of the test. */
export async function startSshServer({
  authorizedKeys,
  hostKey = newKey().private,
  banner,
  mostAttempts = Number.MAX_VALUE,
  mostSessions = Number.MAX_VALUE,
  answer = () => undefined,
}: SshServerOptions = {}) {
  const connections = new Set<Connection>();
  const seen = { logins: 0, commands: [] as string[], channels: 0, mostChannels: 0, attempts: 0 };
  const misbehave = new Map<string, Misbehaviour>();

  const server = new ssh2.Server({ hostKeys: [hostKey], ...(banner && { banner }) }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => {});
    let failures = 0;
    connection.on('authentication', (attempt) => {
      if (attempt.method !== 'none') seen.attempts += 1;
      if (failures >= mostAttempts) connection.end();
      else if (isAuthorized(attempt, authorizedKeys)) attempt.accept();
      else attempt.reject(['publickey']);
      failures += attempt.method === 'none' ? 0 : 1;
    });
    connection.on('ready', () => (seen.logins += 1));
    let sessions = 0;
    connection.on('session', (accept, reject) => {
      if (sessions >= mostSessions) return reject();
      sessions += 1;
      serve(accept(), () => (sessions -= 1));
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const socket = connect(destPort, destIP, () => {
        const channel = accept();
        channel.pipe(socket).pipe(channel);
      });
      socket.on('error', () => reject());
    });
  });

  function serve(session: Session, onClosed: () => void): void {
    session.on('close', onClosed);
    session.on('exec', (accept, _reject, { command }) => {
      seen.commands.push(command);
      seen.channels += 1;
      seen.mostChannels = Math.max(seen.mostChannels, seen.channels);
      const channel = accept();
      const odd = [...misbehave].find(([part]) => command.includes(part))?.[1];
      if (odd === 'answer at once') {
        seen.channels -= 1;
        channel.write('quick\n');
        channel.exit(0);
        channel.end();
        return;
      }
      channel.on('error', () => {});
      const ownAnswer = answer(command);
      if (ownAnswer !== undefined) {
        channel.on('close', () => (seen.channels -= 1));
        ownAnswer(channel);
        return;
      }
      const child = spawn('sh', ['-c', command]);
      child.stdin.on('error', () => {});
      channel.pipe(child.stdin);
      child.stdout.pipe(channel, { end: false });
      child.stderr.pipe(channel.stderr, { end: false });
      child.on('close', (code, signal) => {
        seen.channels -= 1;
        if (odd === undefined && signal) channel.exit(signal.replace('SIG', ''));
        else if (odd === undefined) channel.exit(code ?? 255);
        channel.end();
      });
      channel.on('close', () => child.kill());
    });
  }

  // The listener is ours, so that the answers leave at once, as with sshd.
  const listener = createServer({ noDelay: true }, (socket) => server.injectSocket(socket));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const publicKey = ssh2.utils.parseKey(hostKey) as ssh2.ParsedKey;

  return {
    port,
    /** The host key as a known_hosts line has it: "ssh-ed25519 AAAA…". */
    hostKey: `${publicKey.type} ${publicKey.getPublicSSH().toString('base64')}`,
    seen,
    misbehave,
    connections: () => connections.size,
    hangUp() {
      for (const connection of connections) connection.end();
    },
    stop() {
      for (const connection of connections) connection.end();
      listener.close();
    },
  };
}

function isAuthorized(attempt: AuthContext, authorizedKeys: readonly string[] | undefined): boolean {
  if (authorizedKeys === undefined) return true;
  if (attempt.method !== 'publickey') return false;
  const offered = `${attempt.key.algo} ${attempt.key.data.toString('base64')}`;
  if (!authorizedKeys.some((key) => key.startsWith(offered))) return false;
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  const key = ssh2.utils.parseKey(authorizedKeys.find((line) => line.startsWith(offered)) ?? '');
  return !(key instanceof Error) && key.verify(attempt.blob, attempt.signature, attempt.hashAlgo);
}
