// What one request to an object store came to, seen from the host that made it.

export interface StoreAnswer {
  /** curl's exit code; 0: the store answered, whatever it said. */
  readonly curlCode: number;
  /** curl's words for it; empty when the store answered. */
  readonly curlSays: string;
  /** OpenSSL's verdict on the certificate (X509_V_…): 0 is fine as far as it goes; names are curl's own affair. */
  readonly verifyResult: number;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** The code of the S3 error: "NoSuchBucket". */
  readonly errorCode: string | undefined;
  /** How far the store's clock is ahead of the host's, in seconds; undefined without an answer. */
  readonly clockAheadSeconds: number | undefined;
  /** The certificate it showed (PEM), when that was asked for and curl can tell. */
  readonly certificate: string | undefined;
  readonly body: Buffer;
}
