// Positions in the WAL. They are 64-bit numbers, so they compare as BigInt and travel as text: "16/B374D848".

const highPart = 32n;

/** Undefined for what is no position. */
export function parseLsn(text: string): bigint | undefined {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return (BigInt(`0x${high}`) << highPart) + BigInt(`0x${low}`);
}

export const formatLsn = (position: bigint): string =>
  `${(position >> highPart).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase();

/** PostgreSQL's default; initdb --wal-segsize makes others. */
export const defaultSegmentBytes = 16 * 1024 ** 2;

/** Where a WAL file begins: "000000010000000000000003" is at 0/3000000 on any timeline. Undefined for other names. */
export function startOfWal(name: string, segmentBytes = defaultSegmentBytes): bigint | undefined {
  const [, high, segment] = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})/.exec(name) ?? [];
  if (high === undefined || segment === undefined) return undefined;
  return (BigInt(`0x${high}`) << highPart) + BigInt(`0x${segment}`) * BigInt(segmentBytes);
}
