/** Whether a dotted version is the other one or later: 2.55.1 is at least 2.54. Missing parts count as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, wanted] = [version, least].map((text) => text.split('.').map(Number));
  for (let index = 0; index < Math.max(found!.length, wanted!.length); index += 1) {
    const difference = (found![index] ?? 0) - (wanted![index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
