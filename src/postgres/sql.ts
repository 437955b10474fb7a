// How names and texts become SQL. Every SQL text that holds data is built with these.

/** "orders", "a ""b""" */
export const identifier = (name: string): string => `"${refuseNul(name).replaceAll('"', '""')}"`;

/** 'it''s': standard_conforming_strings is on, so a backslash is a backslash. */
export const literal = (text: string): string => `'${refuseNul(text).replaceAll("'", "''")}'`;

function refuseNul(text: string): string {
  if (text.includes('\0')) throw new Error('SQL text must not contain a NUL character');
  return text;
}
