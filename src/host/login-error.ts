// Why there is no login on a host, and what to do about it.

import { UnreachableError } from '../model/errors.ts';
import type { Credentials } from './credentials.ts';
import { printable } from './printable.ts';
import type { Route } from './ssh-config.ts';

/** sshd's words when a login has failed as often as MaxAuthTries allows (sshd_config(5)); it hangs up then. */
const tooMany = /too many authentication failures/i;

/** Whether the host knew none of the keys. */
export const isLoginRefused = (error: unknown): error is Error =>
  error instanceof Error &&
  (('level' in error && error.level === 'client-authentication') || tooMany.test(error.message));

export function refused(route: Route, { tried, skipped }: Credentials, cause: Error): UnreachableError {
  const shown = tried.length === 0 ? 'no key was found' : `keys tried: ${tried.join(', ')}`;
  const isFull = tooMany.test(cause.message);
  return new UnreachableError({
    what: `${route.host}:${route.port} refuses the login of ${route.user}`,
    why: [
      ...(isFull ? ['it hung up after too many keys that it does not know'] : []),
      shown,
      ...skipped,
    ].join('\n'),
    next: [
      `try it by hand: ${route.byHand}`,
      isFull
        ? 'name the one key that it knows: CLUSTER_SSH_KEY in .env.cluster'
        : 'set CLUSTER_SSH_USER and CLUSTER_SSH_KEY in .env.cluster, or load the key: ssh-add',
    ],
    cause,
  });
}

/** Any other reason why there is no login: no answer, no common algorithm, not an SSH server. */
export function loginError(route: Route, cause: unknown): UnreachableError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known = reasons[code]?.(route);
  return new UnreachableError({
    what: `${route.host} cannot be reached over SSH on port ${route.port} as ${route.user}`,
    why: known?.why ?? printable(cause instanceof Error ? cause.message : String(cause)),
    next: known?.next ?? [
      `try it by hand: ${route.byHand}`,
      'check CLUSTER_SSH_USER, CLUSTER_SSH_PORT and the address in .env.cluster',
    ],
    cause,
  });
}

interface Reason {
  readonly why: string;
  readonly next: readonly string[];
}

const unknownName = ({ host }: Route): Reason => ({
  why: `the name ${host} cannot be resolved on this machine`,
  next: [`look it up: getent hosts ${host}`, 'correct it, or write the address, in .env.cluster'],
});

const noWay = ({ host, byHand }: Route): Reason => ({
  why: 'there is no way to its address: the host is off, or the network is cut, or the address is another one',
  next: [`see whether it answers: ping -c 3 ${host}`, `then by hand: ${byHand}`],
});

/** What the system says of a connection, by its code. */
const reasons: Readonly<Record<string, (route: Route) => Reason>> = {
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ECONNREFUSED: ({ host, port, byHand }) => ({
    why: `the connection was refused: no sshd listens on port ${port} of ${host}, or a firewall refuses it`,
    next: [
      `try it by hand: ${byHand}`,
      'if sshd listens on another port, set CLUSTER_SSH_PORT; if it does not run, start it on the host: systemctl start ssh',
    ],
  }),
};
