import type { HostFacts } from '../../src/server/host-facts-query.ts';

/** Nothing of ours is on the host. */
export const bareHost: HostFacts = {
  os: 'debian',
  release: '13',
  hasSystemd: true,
  clockOffsetSeconds: 0.004,
  owner: undefined,
  listener: undefined,
  postmaster: undefined,
  data: { state: 'absent' },
  isStandby: false,
  start: { hasStandbySignal: false, hasRecoverySignal: false, was: undefined },
  systemIdentifier: undefined,
  note: undefined,
  isBeingReplaced: false,
  namesake: undefined,
  fileSystem: undefined,
  machine: '',
  configuredFor: undefined,
  diskTotalBytes: 100e9,
  diskFreeBytes: 60e9,
  cores: 4,
};
