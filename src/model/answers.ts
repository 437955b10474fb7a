// What programs say on their standard output: JSON, or lines of NAME=value.

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values in lines of NAME=value: `of` is the first of a name, "" when there is none, and `all` are all of them. */
export function fieldsIn(text: string) {
  const all = (name: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1]!.trim());
  return { all, of: (name: string): string => all(name)[0] ?? '' };
}
