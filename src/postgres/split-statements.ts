// SQL text, statement by statement, the way psql's own lexer tells them apart.

export interface Statement {
  /** Where it begins; the first line is 1. */
  readonly line: number;
  /** Without the semicolon. */
  readonly sql: string;
}

// Comments, strings (with a backslash only after E), names, dollar quotes: what a semicolon may hide in.
const tokens = new RegExp(
  [
    /--[^\n]*/,
    /\/\*/,
    /\b[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)/,
    /'(?:[^']|'')*(?:'|$)/,
    /"(?:[^"]|"")*(?:"|$)/,
    /(?<![\w$])\$([A-Za-z_]\w*)?\$[^]*?(?:\$\1\$|$)/,
    /;/,
    /\s+/,
    /[\w$]+/,
    /[^]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Splits at semicolons; comments between statements are left out. */
export function splitStatements(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let begin: number | undefined;
  let end = 0;
  const close = (): void => {
    if (begin !== undefined) statements.push({ line: lineAt(text, begin), sql: text.slice(begin, end) });
    begin = undefined;
  };
  tokens.lastIndex = 0;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    const [token] = found;
    if (token === '/*') tokens.lastIndex = endOfComment(text, found.index);
    else if (token === ';') close();
    else if (!token.startsWith('--') && token.trim() !== '') {
      begin ??= found.index;
      end = tokens.lastIndex;
    }
  }
  close();
  return statements;
}

/** Block comments nest. */
function endOfComment(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
