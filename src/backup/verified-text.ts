import type { VerifiedRepository } from './verify-plan.ts';

/** What was read, and what of it is damaged. */
export const verifiedText = (found: VerifiedRepository): string =>
  [
    `${found.checkedWal} WAL files and ${found.checkedFiles} files of backups were read`,
    ...found.files.map(({ path, problem }) => `damaged: ${path} (${problem})`),
    ...found.backups.map(({ label, status }) => `damaged backup: ${label} (${status})`),
    ...found.builtOnDamaged.map((label) => `depends on a damaged backup: ${label}`),
    ...found.gaps.map(
      ({ fromLsn, toLsn, missingFiles }) =>
        `WAL is missing from ${fromLsn} to ${toLsn}: ${missingFiles} files`,
    ),
    ...(found.isSound && found.gaps.length === 0 ? ['everything is intact'] : []),
    '',
  ].join('\n');
