import { ConfigError } from '../model/errors.ts';
import { readLines } from './read-lines.ts';

/**
 * A value as it has to be written after `NAME=`, so that it is read back unchanged: bare when it is plain, in the first
 * kind of quotes that fits otherwise. Throws ConfigError when none does (a line break, or all three quotes at once).
 */
export function quoteValue(text: string): string {
  if (/^[\w@%+=:,./-]*$/.test(text)) return text;
  const written = [`'${text}'`, `\`${text}\``, `"${text}"`, text].find((one) => isReadAs(one, text));
  if (written !== undefined) return written;
  throw new ConfigError({
    what: 'a value cannot be written in .env.cluster',
    why: 'it cannot be quoted: it has a control character, or it mixes \', " and ` with # or outer spaces',
    next: ['put it in a file of mode 600 and name that file: NAME_FILE=/path/to/file'],
  });
}

function isReadAs(written: string, text: string): boolean {
  const { entries, problems } = readLines(`X=${written}`, '');
  return (
    problems.length === 0 && entries.length === 1 && entries[0]!.value === text && !entries[0]!.isCutByComment
  );
}
