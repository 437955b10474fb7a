import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCaCertificate, writeCaCertificate } from '../../../src/pki/ca-certificate.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const clusterWith = (caCertificateFile: string) => ({ ...clusterOf(), caCertificateFile });

test('a certificate is written for everybody to read, and read back', () => {
  const cluster = clusterWith(join(directory, 'shop-ca.crt'));

  expect(readCaCertificate(cluster)).toBeUndefined();
  writeCaCertificate(cluster, 'a certificate\n');

  expect(readCaCertificate(cluster)).toBe('a certificate\n');
  expect(statSync(cluster.caCertificateFile).mode & 0o777).toBe(0o644 & ~process.umask());
});

test('what is there but cannot be read is an error, and not taken for missing', () => {
  const read = () => readCaCertificate(clusterWith(directory));

  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`${directory} cannot be read`);
});
