import { bucketOf, type Backup, type Keeping } from '../model/backup.ts';

/** Why backups cannot move from the former repository to the new one while both are written to; undefined: they can. */
export function moveProblem(now: Backup, former: Backup | undefined): string | undefined {
  if (former === undefined) return 'It has no repository.';
  if (former.stanza !== now.stanza) return `It has another stanza: ${former.stanza}, not ${now.stanza}.`;
  if (placeOf(former) === placeOf(now)) return 'It has the same repository.';
  if (isOwnStore(former) && isOwnStore(now)) {
    return 'The control host runs one store at a time: move to posix first, and from there on.';
  }
  return undefined;
}

const placeOf = (keeping: Keeping): string => {
  const bucket = bucketOf(keeping);
  return bucket ? `${bucket.host}:${bucket.port}/${bucket.bucket}` : 'posix';
};

const isOwnStore = ({ repository: { kind } }: Keeping): boolean => kind === 'minio' || kind === 'versitygw';
