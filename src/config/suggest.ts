import { distance } from 'fastest-levenshtein';

/** The known name that was probably meant, or undefined when none is near. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  const allowed = Math.max(2, Math.floor(name.length / 5));
  const near = known
    .filter((one) => Math.abs(one.length - name.length) <= allowed)
    .map((one) => ({ one, edits: distance(name.toUpperCase().slice(0, 100), one) }))
    .filter(({ edits }) => edits <= allowed)
    .toSorted((a, b) => a.edits - b.edits);
  return near[0]?.one;
}
