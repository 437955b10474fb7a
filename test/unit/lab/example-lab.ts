import { hostsOf, type Lab } from '../../../src/lab/lab.ts';

export const exampleLab: Lab = {
  name: 'lab',
  release: 'trixie',
  bare: false,
  online: false,
  network: '10.77.0.0/24',
  bridge: 'dl123456',
  hosts: hostsOf('lab', '10.77.0.0/24', ['control', 'pg1', 'pg2']),
  directory: '/srv/x',
  images: ['/var/lib/dbctl-lab/images/trixie-base-1'],
  layers: [],
  isolated: false,
  cluster: 'lab',
  forwardedBefore: false,
};
