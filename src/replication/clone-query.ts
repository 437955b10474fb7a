// What a replica's data directory is while it is made, and the moves that make room for a new one.

import * as v from 'valibot';
import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

/** "restoring": marked as being put right in place, so it is of no use to a server yet. */
const ReplicaData = v.picklist(['absent', 'whole', 'restoring']);
export type ReplicaData = v.InferOutput<typeof ReplicaData>;

/** Beside the data directory, while it is restored in place. */
const markOf = ({ dataDirectory }: Instance): string => `${dataDirectory}.dbctl-restoring`;

/** Where the data of before is kept until the new replica streams. */
export const keptDataOf = ({ dataDirectory }: Instance): string => `${dataDirectory}.dbctl-before-reinit`;

const stateScript = `
if [ -e "$2" ]; then echo restoring
elif [ -e "$1/PG_VERSION" ]; then echo whole
else echo absent; fi`;

export const replicaData = (instance: Instance): Query<ReplicaData> =>
  query(sh(stateScript, instance.dataDirectory, markOf(instance)), (stdout) =>
    v.parse(ReplicaData, stdout.trim()),
  );

/** Marks a data directory as being restored; the restore itself takes the mark away when it is done. */
export const markRestoring = (instance: Instance): Action =>
  action(sh('umask 077 && : >"$1" && sync -- "$1"', markOf(instance)));

/** Gives up a restore in place: what is half made becomes data to be kept aside. */
export const unmarkRestoring = (instance: Instance): Action => action(['rm', '-f', '--', markOf(instance)]);

/** What a directory and all in it take on its disk, in bytes; 0 when there is none. */
export const directoryBytes = (path: string): Query<number> =>
  query(sh('du -sB1 -- "$1" 2>/dev/null | cut -f 1', path), Number);

/** Keeps the data aside, in one move. */
export const keepDataAside = (instance: Instance): Action =>
  action(['mv', '-T', '--', instance.dataDirectory, keptDataOf(instance)]);

/** Removes a copy that is of no use. */
export const removeCopy = ({ dataDirectory }: Instance): Action =>
  action(['rm', '-rf', '--', dataDirectory], { timeoutMs: 3_600_000 });

/** Removes the data of before. */
export const removeKeptData = (instance: Instance): Action =>
  action(['rm', '-rf', '--', keptDataOf(instance)], { timeoutMs: 3_600_000 });
