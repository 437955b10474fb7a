/** The same value with every text in it passed through `redact`. */
export function redactedEvent<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === 'string') return redact(value) as Value;
  if (Array.isArray(value)) return value.map((part: unknown) => redactedEvent(part, redact)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, redactedEvent(part, redact)]);
  return Object.fromEntries(parts) as Value;
}
