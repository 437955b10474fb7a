import * as v from 'valibot';
import type { BackupInfo } from '../cluster/backup-info.ts';

const Progress = v.object({
  held: v.boolean(),
  'pct-cplt': v.optional(v.number()),
  size: v.optional(v.number()),
  'size-cplt': v.optional(v.number()),
});

const Pair = <Item extends v.GenericSchema>(item: Item) => v.object({ start: item, stop: item });

const Backup = v.object({
  label: v.string(),
  type: v.picklist(['full', 'diff', 'incr']),
  prior: v.nullish(v.string()),
  error: v.nullish(v.boolean()),
  timestamp: Pair(v.number()),
  lsn: Pair(v.string()),
  archive: Pair(v.string()),
  database: v.object({ id: v.number() }),
  info: v.object({
    size: v.number(),
    delta: v.number(),
    repository: v.object({ size: v.optional(v.number()), delta: v.optional(v.number()) }),
  }),
});

const Stanza = v.object({
  name: v.string(),
  status: v.object({
    code: v.number(),
    message: v.string(),
    lock: v.optional(v.object({ backup: v.optional(Progress) })),
  }),
  db: v.optional(v.array(v.object({ id: v.number(), 'system-id': v.string() })), []),
  archive: v.optional(
    v.array(v.object({ id: v.string(), min: v.nullish(v.string()), max: v.nullish(v.string()) })),
    [],
  ),
  backup: v.optional(v.array(Backup), []),
});

/** Reads the answer for one stanza; undefined when it is not listed. A system identifier exceeds 2^53: it stays text. */
export function parseInfo(text: string, stanza: string): BackupInfo | undefined {
  const exact = text.replaceAll(/"system-id":\s*(\d+)/g, '"system-id":"$1"');
  const found = v.parse(v.array(Stanza), JSON.parse(exact)).find(({ name }) => name === stanza);
  if (found === undefined) return undefined;
  const { status, db, archive, backup } = found;
  const lock = status.lock?.backup;
  return {
    status: { code: status.code, message: status.message },
    running: lock?.held
      ? { percent: lock['pct-cplt'], totalBytes: lock.size, doneBytes: lock['size-cplt'] }
      : undefined,
    databases: db.map((one) => ({ id: one.id, systemIdentifier: one['system-id'] })),
    archives: archive.map(({ id, min = null, max = null }) => ({ id, min, max })),
    backups: backup.map(backupSet).toSorted((a, b) => a.stoppedAt - b.stoppedAt),
  };
}

const backupSet = (one: v.InferOutput<typeof Backup>): BackupInfo['backups'][number] => ({
  label: one.label,
  type: one.type,
  prior: one.prior ?? undefined,
  hasPageErrors: one.error ?? undefined,
  startedAt: one.timestamp.start,
  stoppedAt: one.timestamp.stop,
  startLsn: one.lsn.start,
  stopLsn: one.lsn.stop,
  startWal: one.archive.start,
  stopWal: one.archive.stop,
  databaseId: one.database.id,
  databaseBytes: one.info.size,
  copiedBytes: one.info.delta,
  repositoryBytes: one.info.repository.size,
});
