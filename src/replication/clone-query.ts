// What a replica's data directory is while it is made, and the moves that make room for a new one.

import * as v from 'valibot';
import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

/** "restoring": marked as being put right in place, so it is of no use to a server yet. */
const ReplicaData = v.picklist(['absent', 'whole', 'restoring']);
export type ReplicaData = v.InferOutput<typeof ReplicaData>;

/** Where the data of before is kept until the new replica streams; beside the real place of a directory that is a link. */
export const keptDataOf = ({ dataDirectory }: Instance): string => `${dataDirectory}.dbctl-before-reinit`;

const hasBeside = '[ -e "$(readlink -m -- "$1").$2" ]';

export const hasKeptData = ({ dataDirectory }: Instance): Query<boolean> =>
  query(
    sh(`${hasBeside} && echo yes || echo no`, dataDirectory, 'dbctl-before-reinit'),
    (stdout) => stdout.trim() === 'yes',
  );

const stateScript = `
if ${hasBeside}; then echo restoring
elif [ -e "$1/PG_VERSION" ]; then echo whole
else echo absent; fi`;

export const replicaData = ({ dataDirectory }: Instance): Query<ReplicaData> =>
  query(sh(stateScript, dataDirectory, 'dbctl-restoring'), (stdout) => v.parse(ReplicaData, stdout.trim()));

/** Marks a data directory as being restored; the restore itself takes the mark away when it is done. */
export const markRestoring = ({ dataDirectory }: Instance): Action =>
  action(script('replication/mark-restoring.sh', dataDirectory));

/** What a copy that is being made takes on its disk, in bytes; 0 when there is none. */
export const copiedBytes = ({ dataDirectory }: Instance): Query<number> =>
  query(sh('du -sB1 -- "$(readlink -m -- "$1").dbctl-clone" 2>/dev/null | cut -f 1', dataDirectory), Number);

/** Removing a large database takes its time; milliseconds. */
const patience = { timeoutMs: 3_600_000 };

/** Keeps the data aside, in one move. A restore in place that was cut off becomes data to be kept. */
export const keepDataAside = ({ dataDirectory }: Instance): Action =>
  action(script('replication/keep-data-aside.sh', dataDirectory));

/** Removes a copy that is of no use. */
export const removeCopy = ({ dataDirectory }: Instance): Action =>
  action(script('replication/remove-copy.sh', dataDirectory), patience);

/** Removes the data of before. */
export const removeKeptData = ({ dataDirectory }: Instance): Action =>
  action(script('replication/forget-kept-data.sh', dataDirectory), patience);
