import { seconds } from '../readers/reader.ts';
import type { Setting } from '../setting.ts';

export const probeSettings = {
  WARN_REPLICA_LAG: {
    group: 'watching',
    doc: 'Lag above which `dbctl probe` warns: seconds (2, 2s, 500ms, 1min).',
    read: seconds,
    fallback: '2s',
  },
  MAX_REPLICA_LAG: {
    group: 'watching',
    doc: 'Lag above which `dbctl probe` calls a replica critical.',
    read: seconds,
    fallback: '5s',
  },
} as const satisfies Readonly<Record<string, Setting>>;
