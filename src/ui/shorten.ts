/** A text on one line of at most so many characters: what is too much is an ellipsis. Any width but a number from 1 is no limit. */
export function shorten(text: string, width: number): string {
  const letters = Array.from(text.replaceAll(/\s*[\r\n]+\s*/g, ' '));
  if (!(width >= 1) || letters.length <= width) return letters.join('');
  return `${letters
    .slice(0, width - 1)
    .join('')
    .trimEnd()}…`;
}
