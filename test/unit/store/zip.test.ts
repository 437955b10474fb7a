import { expect, test } from 'vitest';
import { makeZip, readZip } from '../../../src/store/zip.ts';

/** Made by another program, compressed. */
const foreign = Buffer.from(
  'UEsDBBQAAAAIAChddV3KbliFDAAAACMAAAAVAAAAaWFtLWFzc2V0cy91c2Vycy5qc29uq1ZKVLIyrK3GQwEAUEsBAhQDFAAAAAgAKF11XcpuWIUMAAAAIwAAABUAAAAAAAAAAAAAAIABAAAAAGlhbS1hc3NldHMvdXNlcnMuanNvblBLBQYAAAAAAQABAEMAAAA/AAAAAAA=',
  'base64',
);

test('what is packed is what is unpacked', () => {
  const files = { 'iam-assets/users.json': '{"kéy":"☃"}', empty: '' };
  expect(readZip(makeZip(files))).toEqual(files);
});

test('what another program compressed can be unpacked', () => {
  expect(readZip(foreign)).toEqual({ 'iam-assets/users.json': '{"a":1}'.repeat(5) });
});

test('a file that was damaged is refused', () => {
  const zip = makeZip({ name: 'some content' });
  zip.write('S', zip.indexOf('some'));
  expect(() => readZip(zip)).toThrow('damaged');
});

test('what is no ZIP file is refused', () => {
  expect(() => readZip(Buffer.from('<Error/>'))).toThrow('not a ZIP file');
});
