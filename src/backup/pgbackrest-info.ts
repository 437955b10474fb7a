import * as v from 'valibot';
import { unreadable, type BackupInfo, type BackupSet, type RunningBackup } from './backup-info.ts';

const Progress = v.object({
  held: v.boolean(),
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
  // Null, or not there at all, when PostgreSQL did not run.
  lsn: v.nullish(Pair(v.nullable(v.string()))),
  archive: v.nullish(Pair(v.nullable(v.string()))),
  database: v.object({ id: v.number(), 'repo-key': v.optional(v.number(), 1) }),
  info: v.object({
    size: v.number(),
    delta: v.number(),
    repository: v.object({ size: v.optional(v.number()), delta: v.optional(v.number()) }),
  }),
});

const Stanza = v.object({
  name: v.string(),
  cipher: v.string(),
  status: v.object({
    code: v.number(),
    message: v.string(),
    lock: v.optional(v.object({ backup: v.optional(Progress) })),
  }),
  db: v.optional(v.array(v.object({ id: v.number(), 'system-id': v.string(), version: v.string() })), []),
  archive: v.optional(
    v.array(v.object({ id: v.string(), min: v.nullish(v.string()), max: v.nullish(v.string()) })),
    [],
  ),
  backup: v.optional(v.array(Backup), []),
  repo: v.optional(
    v.array(v.object({ key: v.number(), status: v.object({ code: v.number(), message: v.string() }) })),
    [],
  ),
});

/** Reads the answer for one stanza; undefined when it is not listed. A system identifier exceeds 2^53: it stays text. */
export function parseInfo(text: string, stanza: string): BackupInfo | undefined {
  const exact = text.replaceAll(/"system-id":\s*(\d+)/g, '"system-id":"$1"');
  const found = v.parse(v.array(Stanza), JSON.parse(exact)).find(({ name }) => name === stanza);
  if (found === undefined) return undefined;
  const { status, cipher, db, archive, backup, repo } = found;
  return {
    status: { code: status.code, message: messageOf(status, repo) },
    cipher,
    running: running(status.lock?.backup),
    repositories: repo.map((one) => ({ key: one.key, code: one.status.code })),
    databases: db.map(({ id, version, ...one }) => ({ id, systemIdentifier: one['system-id'], version })),
    archives: archive.map(({ id, min = null, max = null }) => ({ id, min, max })),
    backups: backup.map(backupSet).toSorted((a, b) => a.stoppedAt - b.stoppedAt),
  };
}

/** Of a repository that cannot be read, the whole says no more than "other". */
const messageOf = (
  { code, message }: v.InferOutput<typeof Stanza>['status'],
  repositories: v.InferOutput<typeof Stanza>['repo'],
): string =>
  (code === unreadable
    ? repositories.find(({ status }) => status.code === unreadable)?.status.message
    : undefined) ?? message;

function running(lock: v.InferOutput<typeof Progress> | undefined): RunningBackup | undefined {
  if (!lock?.held) return undefined;
  const { size: totalBytes, 'size-cplt': doneBytes } = lock;
  const percent = totalBytes && doneBytes !== undefined ? (doneBytes / totalBytes) * 100 : undefined;
  return { percent, totalBytes, doneBytes };
}

const backupSet = (one: v.InferOutput<typeof Backup>): BackupSet => ({
  label: one.label,
  type: one.type,
  prior: one.prior ?? undefined,
  hasPageErrors: one.error ?? undefined,
  startedAt: one.timestamp.start,
  stoppedAt: one.timestamp.stop,
  startLsn: one.lsn?.start ?? undefined,
  stopLsn: one.lsn?.stop ?? undefined,
  startWal: one.archive?.start ?? undefined,
  stopWal: one.archive?.stop ?? undefined,
  databaseId: one.database.id,
  repository: one.database['repo-key'],
  databaseBytes: one.info.size,
  copiedBytes: one.info.delta,
  repositoryBytes: one.info.repository.size,
  addedBytes: one.info.repository.delta,
});
