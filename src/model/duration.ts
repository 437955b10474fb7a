const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** "500ms", "3s", "2m", "1h" in milliseconds; a bare number counts seconds. Undefined for anything else, and for 0. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * units[unit as keyof typeof units] || undefined;
}
