// How answers are written as JSON, alike for all commands: docs/json.md says the same.

/** One line, where answers follow each other. */
export type JsonForm = 'indented' | 'one line';

/** The text of an answer about a cluster, or about none. What is called `…At` or `…Since` is a time: numbers are seconds since 1970. */
export const answerJson = (
  answer: unknown,
  cluster: string | undefined,
  form: JsonForm = 'indented',
): string =>
  `${JSON.stringify(isList(answer) || cluster === undefined ? answer : { cluster, ...Object(answer) }, withTimes, form === 'indented' ? 2 : 0)}\n`;

const isList = (answer: unknown): boolean => Array.isArray(answer);

/** Whether a member of this name holds a time. */
export const isTimeKey = (key: string): boolean => /(^at|At|Since)$/.test(key);

/** In UTC, as ISO 8601 has it. */
function withTimes(key: string, value: unknown): unknown {
  if (!isTimeKey(key) || (typeof value !== 'number' && typeof value !== 'string')) return value;
  const time = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? value : time.toISOString();
}
