import type { MadeBackup } from './backup-plan.ts';
import { formatBytes, formatSeconds } from '../model/units.ts';

/** What was made, for people. */
export function madeText({ cluster, made }: { readonly cluster: string; readonly made: MadeBackup }): string {
  const { label, type, from, startedAt, stoppedAt, databaseBytes, copiedBytes } = made;
  const seconds = (Date.parse(stoppedAt) - Date.parse(startedAt)) / 1000;
  const source = from === undefined ? '' : ` from ${from === 'replica' ? 'a replica' : 'the primary'}`;
  const repository =
    made.repositoryBytes === undefined ? '' : `, ${formatBytes(made.repositoryBytes)} in the repository`;
  return [
    `${label}: ${type} backup of ${cluster}${source}, ${formatSeconds(seconds)}`,
    `${formatBytes(databaseBytes)}, ${formatBytes(copiedBytes)} copied${repository}`,
    ...(made.passedOver === null ? [] : [`a server was passed over: ${made.passedOver}`]),
    ...(type === made.askedType
      ? []
      : [`a ${type} backup, not ${made.askedType}: there was no backup to base it on`]),
    '',
  ].join('\n');
}
