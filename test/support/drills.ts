import type { DrillResult } from '../../src/backup/drill/drill.ts';

/** A drill that passed; times in seconds since 1970. */
export const passedDrill: DrillResult = {
  id: 'a',
  node: 'pg2',
  result: 'passed',
  startedAt: 1000,
  finishedAt: 1006,
  label: '20261121-010000F',
  target: { type: 'default', value: '', isRandom: false },
  seconds: { copy: 2, replay: 3, checks: 1 },
  bytes: 4 * 1024 ** 3,
  newestTransactionAt: 940,
  lastCommitAt: 940,
  checksums: 'passed',
  checks: [{ name: 'database shop is there', passed: true, detail: '' }],
  tables: [{ database: 'shop', table: 'public.orders', rows: 2500 }],
  warnings: [],
  error: '',
};
