// Requests to an object store from a host of the lab, past dbctl.

import type { Lab } from './e2e.ts';
import { addressOf } from './story.ts';

export interface Key {
  readonly id: string;
  readonly secret: string;
}

export const keyOf = (lab: Lab): Key => ({
  id: lab.env['MINIO_ACCESS_KEY']!,
  secret: lab.env['MINIO_SECRET_KEY']!,
});

export const rootOf = (lab: Lab): Key => ({
  id: lab.env['MINIO_ROOT_USER']!,
  secret: lab.env['MINIO_ROOT_PASSWORD']!,
});

export const storeUrl = (lab: Lab): string => `https://${addressOf(lab, 'control')}:9000`;

/** Asks the store from a host; the HTTP status, or "000 7" with curl's exit code when nobody answered. */
export async function statusOf(
  lab: Lab,
  host: string,
  key: Key | undefined,
  [method, path, body = '']: readonly [method: string, path: string, body?: string],
): Promise<string> {
  const config = [
    `url = "${storeUrl(lab)}${path}"`,
    `request = ${method}`,
    ...(body === '' ? [] : [`data-binary = ${JSON.stringify(body)}`]),
    ...(key ? [`user = "${key.id}:${key.secret}"`, 'aws-sigv4 = "aws:amz:us-east-1:s3"'] : []),
  ];
  const format = '%{http_code} %{exitcode}';
  const said = await lab.shell(
    host,
    `curl -ks -m 5 -K - -o /dev/null -w '${format}' || :`,
    config.join('\n'),
  );
  return said.replace(/ 0$/, '');
}

/** Writes an object with the id of a key and no secret at all, as CVE-2026-41145 lets everybody. */
export const writeUnsigned = (lab: Lab, host: string, id: string): Promise<string> =>
  lab.shell(
    host,
    String.raw`D=$(date -u +%Y%m%dT%H%M%SZ)
printf '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n' > /tmp/unsigned
curl -ks -m 5 -X PUT -o /dev/null -w '%{http_code}' --data-binary @/tmp/unsigned \
  -H 'x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER' \
  -H 'x-amz-trailer: x-amz-checksum-crc32' -H 'x-amz-decoded-content-length: 5' \
  "URL/BUCKET/pgbackrest/unsigned?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ID%2F${'$'}{D%%T*}%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=$D&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=00"`
      .replace('URL', storeUrl(lab))
      .replace('BUCKET', lab.env['MINIO_BUCKET']!)
      .replace('ID%2F', `${id}%2F`),
  );

/** Shows this certificate, signed by the cluster's CA, instead of the store's own. */
export const showCertificate = (
  lab: Lab,
  kind: 'minio' | 'versitygw',
  { names, from, to }: { readonly names: string; readonly from: string; readonly to: string },
): Promise<string> => {
  const cluster = lab.env['CLUSTER_NAME']!;
  const pki = `/etc/dbctl/pki/${cluster}`;
  const place = `/etc/dbctl/${cluster}/_${kind}/certs`;
  return lab.shell(
    'control',
    `set -e; cd /tmp
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -out r -subj /CN=store -addext subjectAltName=${names} 2>/dev/null
openssl x509 -req -in r -CA ${pki}/ca.crt -CAkey ${pki}/ca.key -copy_extensions copy -not_before ${from} -not_after ${to} -out c 2>/dev/null
cat c > ${place}/public.crt; cat k > ${place}/private.key
systemctl restart dbctl-store-${kind}-${cluster}
for i in $(seq 50); do curl -ks -o /dev/null ${storeUrl(lab)}/ && break; sleep 0.2; done`,
  );
};
