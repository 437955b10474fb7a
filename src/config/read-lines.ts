// The grammar of .env.cluster: what dotenv reads, minus everything that dotenv reads differently from what was
// meant. One setting per line, so a slip on one line cannot swallow the next.

import { parse } from 'dotenv';
import type { Problem } from './problem.ts';

/** One `NAME=value` line. */
export interface Entry {
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** A comment follows an unquoted value: harmless behind a port, suspicious behind a password. */
  readonly isCutByComment: boolean;
}

const blank = /^\s*(#.*)?$/s;
const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/su;
const longestLine = 10_000;
const control = /(?!\t)\p{Cc}/u;
const howToQuote =
  'put the whole value in single quotes, or in double quotes or backticks when it contains one';

/** Reads every line, and says what is wrong with each that cannot be read as it was meant. `file` is for the advice. */
export function readLines(text: string, file: string) {
  const entries: Entry[] = [];
  const problems: Problem[] = [...wholeFile(text, file)];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n/);
  for (const [index, content] of lines.entries()) {
    if (isIgnored(content)) continue;
    const result = readLine(content, index + 1);
    if ('name' in result) entries.push(result);
    else problems.push(result);
  }
  return { entries, problems };
}

const isIgnored = (content: string): boolean =>
  content.length <= longestLine && blank.test(content) && !control.test(content);

function* wholeFile(text: string, file: string): Iterable<Problem> {
  if (text.startsWith('\uFEFF')) {
    const next = `sed -i '1s/^\\xef\\xbb\\xbf//' ${file}`;
    yield { text: 'starts with a byte-order mark (BOM)', next };
  }
  if (text.includes('\r\n')) {
    yield { text: 'has Windows line endings (CRLF)', next: `sed -i 's/\\r$//' ${file}` };
  }
}

function readLine(content: string, line: number): Entry | Problem {
  if (content.length > longestLine) return { line, text: `is longer than ${longestLine} characters` };
  const [, name, rest] = assignment.exec(content) ?? [];
  const refuse = (text: string): Problem => ({ ...(name && { setting: name }), line, text });
  if (control.test(content)) return refuse('contains a control character');
  if (name === undefined || rest === undefined) return refuse('is neither NAME=value nor a # comment');

  const meant = /^['"`]/.test(rest) ? quoted(rest) : unquoted(rest);
  if (typeof meant === 'string') return refuse(meant);
  // Where dotenv would read something else, other programs that read this file would too.
  if (parse(`VALUE=${rest}`)['VALUE'] !== meant.value)
    return refuse(`cannot be read as written; ${howToQuote}`);
  return { name, line, ...meant };
}

type Meant = Pick<Entry, 'value' | 'isCutByComment'>;

/** The value between quotes, or what is wrong with it. */
function quoted(rest: string): Meant | string {
  const quote = rest.charAt(0);
  const end = rest.indexOf(quote, 1);
  if (end === -1) return `the quote ${quote} is never closed on this line`;
  const value = rest.slice(1, end);
  if (!/^(\s+#.*)?\s*$/s.test(rest.slice(end + 1))) {
    return `the value continues after its closing ${quote}; a quote cannot be escaped inside itself: ${howToQuote}`;
  }
  if (quote === '"' && /\\[nr]/.test(value)) {
    return 'inside double quotes, \\n and \\r become line breaks; use single quotes to keep the backslash';
  }
  return { value, isCutByComment: false };
}

/** The value up to a comment, or what is wrong with it. */
function unquoted(rest: string): Meant | string {
  const hash = rest.indexOf('#');
  if (hash === -1) return { value: rest, isCutByComment: false };
  const value = rest.slice(0, hash);
  if (!/\s$/.test(value) && !(hash === 0 && rest.startsWith('# '))) {
    return `an unquoted # starts a comment and would cut the value; ${howToQuote}`;
  }
  return { value: value.trim(), isCutByComment: true };
}
