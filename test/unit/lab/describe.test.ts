import { expect, test } from 'vitest';
import { shellVariables } from '../../../src/lab/describe.ts';
import { exampleLab } from './example-lab.ts';

test('a shell gets the CA of the cluster, also where the lab was restored under another name', () => {
  const restored = { ...exampleLab, name: 'lab2', cluster: 'shop' };

  expect(shellVariables(restored)).toMatchObject({
    DBCTL_LAB_NAME: 'lab2',
    DBCTL_LAB_CA_CERT: '/srv/x/shop-ca.crt',
  });
});
