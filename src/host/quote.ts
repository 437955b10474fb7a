const safe = /^[\w@%+=:,./-]+$/;

/** The one place where arguments become a shell string. NUL cannot travel in an argument. */
export function quote(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new Error('an argument must not contain a NUL character');
  return safe.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
