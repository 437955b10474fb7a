import type { OpenSession } from './line-session.ts';

/** What an operation does around its work, on one of the machines. Only with them can hosts be changed. */
export interface OperationHooks {
  /** The name of the machine. */
  readonly machine: string;
  /** Called as soon as that machine is logged in on, while others still are. Throws when the work may not begin. */
  readonly onControlConnected: (openSession: OpenSession) => Promise<void>;
  /** Asked before each change of any host. Throws when nothing may be changed any more. */
  readonly assertAllowed: () => Promise<void>;
  /** Called once, before hanging up, also when that machine was not reached; with the error that ended the work, if one did. */
  readonly onEnd: (error?: unknown) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** For work on a host that is safe while another operation has the lock. */
export const besideTheLock: OperationHooks = {
  machine: '',
  onControlConnected: nothing,
  assertAllowed: nothing,
  onEnd: nothing,
};

/** Plans hold hosts that could be changed; while they are only looked at, these refuse to be. */
export const changesNothing: OperationHooks = {
  ...besideTheLock,
  assertAllowed: () => Promise.reject(new Error('a host was about to be changed by what only looks')),
};
