// The sources of dbctl, parsed: what each imports, types and import() included, and which globals it uses.

import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

export interface Source {
  /** Below src/, like `backup/run.ts`. */
  readonly path: string;
  readonly lines: number;
  /** Files of src/ that it imports, types and `import()` included. */
  readonly files: readonly string[];
  /** Those of `files` of which it imports more than types. */
  readonly values: readonly string[];
  /** Packages that it imports, without node:. */
  readonly packages: readonly string[];
  /** Dotted names that begin with a global: `process.env`, `console.log`. */
  readonly globals: ReadonlySet<string>;
  readonly exportsDefault: boolean;
  /** Every text in it, and every part of one that is put together. */
  readonly strings: readonly string[];
}

/** Every TypeScript file below src/. */
export const sourcePaths = (): readonly string[] =>
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted();

/** All of them, parsed. Throws where one cannot be. */
export const readSources = (): readonly Source[] =>
  sourcePaths().map((path) => parseSource(path, readFileSync(`src/${path}`, 'utf8')));

const watchedGlobals = new Set(['process', 'console']);

/** One file of src/. `path` is below src/. */
export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const names = new Set<string>();
  const values = new Set<string>();
  const globals = new Set<string>();
  const strings: string[] = [];
  let exportsDefault = false;
  new Visitor({
    ImportDeclaration({ source, importKind, specifiers }) {
      names.add(source.value);
      const isType = (one: (typeof specifiers)[number]) => 'importKind' in one && one.importKind === 'type';
      if (importKind !== 'type' && !(specifiers.length > 0 && specifiers.every(isType)))
        values.add(source.value);
    },
    ExportAllDeclaration: ({ source }) => void names.add(source.value),
    ExportNamedDeclaration: ({ source }) => void (source && names.add(source.value)),
    ExportDefaultDeclaration: () => void (exportsDefault = true),
    ImportExpression({ source }) {
      names.add(textOf(path, source));
      values.add(textOf(path, source));
    },
    TSImportType: ({ source }) => void names.add(source.value),
    Literal: ({ value }) => void (typeof value === 'string' && strings.push(value)),
    TemplateElement: ({ value }) => void strings.push(value.cooked ?? value.raw),
    MemberExpression(member) {
      const dotted = dottedName(member);
      if (dotted && watchedGlobals.has(dotted.split('.')[0]!)) globals.add(dotted);
    },
  }).visit(program);
  const imported = [...names];
  return {
    path,
    lines: text.split('\n').length - 1,
    files: filesOf(path, names),
    values: filesOf(path, values),
    packages: imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:')).map(packageOf),
    globals,
    exportsDefault,
    strings,
  };
}

const filesOf = (path: string, names: ReadonlySet<string>): readonly string[] =>
  [...names].filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(path), name));

interface Expression {
  readonly type: string;
  readonly value?: unknown;
  readonly object?: Expression;
  readonly property?: Expression;
  readonly name?: unknown;
  readonly computed?: boolean;
}

/** The graph cannot be known where a name is computed. */
function textOf(path: string, { type, value }: Expression): string {
  if (type === 'Literal' && typeof value === 'string') return value;
  throw new Error(`${path}: import() of a name that is computed`);
}

function dottedName({ type, name, object, property, computed }: Expression): string | undefined {
  if (type === 'Identifier') return String(name);
  if (type !== 'MemberExpression' || computed || !object || !property) return undefined;
  const before = dottedName(object);
  return before && `${before}.${String(property.name)}`;
}

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** Sets of two and more files that import each other in a circle, each sorted (Tarjan's algorithm). */
export function circles(sources: readonly Source[]): readonly (readonly string[])[] {
  const graph = new Map(sources.map(({ path, files }) => [path, files]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.get(path)!);
    open.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1) found.push(circle.toSorted());
  };
  for (const { path } of sources) if (!order.has(path)) visit(path);
  return found;
}
