import { readFileSync } from 'node:fs';

const root = new URL('../../templates/', import.meta.url);
const placeholder = /\{\{ (\w+) \}\}/g;

/** Fills a template. A missing or an unused value is a bug, so both throw. */
export function render(path: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values));
  const text = readFileSync(new URL(path, root), 'utf8').replaceAll(placeholder, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} needs a value for ${name}`);
    unused.delete(name);
    return value;
  });
  if (unused.size > 0) throw new Error(`${path} never uses ${[...unused].join(', ')}`);
  return text;
}
