import { seconds } from '../readers/reader.ts';
import { setting, type Row } from '../setting.ts';

export const probeSettings = {
  WARN_REPLICA_LAG: setting(seconds, 'Lag above which `dbctl probe` warns: seconds (2, 2s, 500ms, 1min).', {
    fallback: '2s',
  }),
  MAX_REPLICA_LAG: setting(seconds, 'Lag above which `dbctl probe` calls a replica critical.', {
    fallback: '5s',
  }),
} satisfies Readonly<Record<string, Row>>;
