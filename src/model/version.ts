import { readFileSync } from 'node:fs';

/** The version in package.json. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Whether a dotted version is the other one or later: 2.55.1 is at least 2.54. Missing parts count as 0. */
export function isAtLeast(one: string, least: string): boolean {
  const [found, wanted] = [one, least].map((text) => text.split('.').map(Number));
  for (let index = 0; index < Math.max(found!.length, wanted!.length); index += 1) {
    const difference = (found![index] ?? 0) - (wanted![index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
